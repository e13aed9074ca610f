// The one script of all pages. No libraries, no build step.
//
// Behind the gateway each call below may be answered by this application or by its rewrite. So a
// list may be bare or a page of items, an error may be {error} or {detail}, a creation 200 or 201,
// and a call without a login a 401 or a redirect that ends on the login page.
'use strict';

var LIST_LIMIT = 100;
// How long until a look at whether an answer that nobody streams to this page is done.
var LOOK_AGAIN_MS = 1000;
var NOTICE_MS = 10000;
var listStatus = 'open';

function byId(id) {
  return document.getElementById(id);
}

// ---- Calls ---------------------------------------------------------------------------------

function call(method, url, body, ifMatch, done) {
  var request = new XMLHttpRequest();
  request.open(method, url);
  request.setRequestHeader('Accept', 'application/json');
  if (method !== 'GET') {
    request.setRequestHeader('X-CSRFToken', document.querySelector('meta[name=csrf-token]').content);
  }
  if (ifMatch) {
    request.setRequestHeader('If-Match', ifMatch);
  }
  if (body && !(body instanceof FormData)) {
    request.setRequestHeader('Content-Type', 'application/json');
  }
  request.onload = function () {
    if (endedOnLogin(request)) {
      location.assign('/auth/login?next=/chat');
      return;
    }
    done(answerOf(request));
  };
  request.onerror = function () {
    done({ ok: false, status: 0, text: 'The server can’t be reached. Try again.' });
  };
  request.send(body instanceof FormData ? body : body ? JSON.stringify(body) : null);
}

function endedOnLogin(request) {
  var path = request.responseURL ? new URL(request.responseURL).pathname : '';
  return request.status === 401 || path === '/auth/login';
}

function answerOf(request) {
  var data = null;
  try {
    data = JSON.parse(request.responseText);
  } catch (error) {
    // A page in place of JSON; the status says whether that is a failure.
  }
  var ok = request.status >= 200 && request.status < 300 && data !== null;
  return {
    ok: ok,
    status: request.status,
    data: data,
    etag: request.getResponseHeader('ETag'),
    text: ok ? '' : refusalOf(data)
  };
}

function refusalOf(data) {
  if (data && data.errors && data.errors.length) {
    return data.errors[0].msg;
  }
  return (data && (data.error || data.detail)) || 'Something went wrong. Try again.';
}

function itemsOf(data) {
  return Array.isArray(data) ? data : data.items;
}

// ---- What the page says --------------------------------------------------------------------

var leaving;

// A notice leaves after a while, so that it covers nothing for good.
function notice(text) {
  byId('notice').textContent = text;
  clearTimeout(leaving);
  leaving = setTimeout(function () { byId('notice').textContent = ''; }, NOTICE_MS);
}

function element(name, text, className) {
  var made = document.createElement(name);
  if (text) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  return made;
}

function button(label, action) {
  var made = element('button', label);
  made.type = 'button';
  made.onclick = action;
  return made;
}

// ---- The list ------------------------------------------------------------------------------

function showList(status) {
  listStatus = status;
  byId('show-open').setAttribute('aria-pressed', String(status === 'open'));
  byId('show-archived').setAttribute('aria-pressed', String(status === 'archived'));
  loadList();
}

function loadList(then) {
  var asked = listStatus;
  call('GET', '/conversations?status=' + asked + '&per_page=' + LIST_LIMIT, null, null, function (answer) {
    if (asked !== listStatus) {
      return;  // the other list was chosen while this one was under way
    }
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    fillList(itemsOf(answer.data));
    if (then) {
      then();
    }
  });
}

function fillList(conversations) {
  var list = byId('conversation-list');
  list.textContent = '';
  conversations.forEach(function (conversation) {
    list.appendChild(listItem(conversation));
  });
  byId('list-empty').textContent = 'No conversations here yet.';
  byId('list-empty').hidden = conversations.length > 0;
}

function listItem(conversation) {
  var item = element('li', '', conversation.pinned ? 'pinned' : '');
  item.setAttribute('data-id', conversation.id);
  var link = element('a', conversation.title || 'Untitled');
  link.href = '/chat?conversation=' + conversation.id;
  if (String(conversation.id) === shownId()) {
    link.setAttribute('aria-current', 'page');
  }
  item.appendChild(link);
  item.appendChild(button('Rename', function () { startRename(item, conversation); }));
  item.appendChild(button(conversation.status === 'open' ? 'Archive' : 'Reopen', function () {
    toggleArchived(conversation);
  }));
  item.appendChild(button('Delete', function () { deleteConversation(conversation); }));
  return item;
}

function focusItem(id) {
  var link = document.querySelector('#conversation-list li[data-id="' + id + '"] a');
  if (link) {
    link.focus();
  }
}

// ---- Changes -------------------------------------------------------------------------------

function newConversation(pressed) {
  pressed.disabled = true;
  var wanted = { assistant_key: byId('assistant').value };
  call('POST', '/conversations', wanted, null, function (answer) {
    pressed.disabled = false;
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    history.pushState(null, '', '/chat?conversation=' + answer.data.id);
    showConversation(answer.data);
    showList('open');
    notice('Created.');
  });
}

// The title is changed as of the moment when the editing began: what somebody else did to the
// conversation in the meantime is not overwritten.
function startRename(item, conversation) {
  withEtag(conversation, function (etag) {
    var input = element('input');
    input.setAttribute('aria-label', 'Title');
    input.maxLength = 200;
    input.value = conversation.title || '';
    var save = button('Save', function () { rename(conversation, etag, input.value); });
    input.onkeydown = function (event) {
      if (event.key === 'Enter') {
        save.click();
      } else if (event.key === 'Escape') {
        loadList(function () { focusItem(conversation.id); });
      }
    };
    item.textContent = '';
    item.appendChild(input);
    item.appendChild(save);
    input.select();
    input.focus();
  });
}

function rename(conversation, etag, title) {
  change(conversation, etag, { title: title }, function (changed) {
    if (String(changed.id) === shownId()) {
      showTitle(changed.title);
    }
    loadList(function () { focusItem(changed.id); });
    notice('Renamed.');
  });
}

function toggleArchived(conversation) {
  var archive = conversation.status === 'open';
  withEtag(conversation, function (etag) {
    change(conversation, etag, { status: archive ? 'archived' : 'open' }, function () {
      loadList();
      notice(archive ? 'Archived.' : 'Reopened.');
    });
  });
}

function withEtag(conversation, use) {
  call('GET', '/conversations/' + conversation.id, null, null, function (answer) {
    if (!answer.ok) {
      failed(answer);
      return;
    }
    use(answer.etag);
  });
}

function change(conversation, etag, changes, done) {
  call('PATCH', '/conversations/' + conversation.id, changes, etag, function (answer) {
    if (!answer.ok) {
      failed(answer);
      return;
    }
    done(answer.data);
  });
}

function deleteConversation(conversation) {
  if (!window.confirm('Delete this conversation?')) {
    return;
  }
  call('DELETE', '/conversations/' + conversation.id, null, null, function (answer) {
    if (!answer.ok) {
      failed(answer);
      return;
    }
    notice('Deleted.');
    if (String(conversation.id) === shownId()) {
      showFresh();
    } else {
      loadList();
    }
  });
}

// The pane never shows a conversation that is gone.
function showFresh() {
  call('POST', '/conversations/fresh', null, null, function (answer) {
    if (!answer.ok) {
      failed(answer);
      return;
    }
    history.replaceState(null, '', '/chat?conversation=' + answer.data.id);
    showConversation(answer.data);
    loadList();
  });
}

function failed(answer) {
  if (answer.status === 412 || answer.status === 404) {
    loadList();  // what is on the screen is out of date
  }
  notice(answer.text);
}

// ---- The pane ------------------------------------------------------------------------------

function shownId() {
  return byId('conversation').getAttribute('data-conversation-id');
}

function showTitle(title) {
  byId('conversation-title').textContent = title || 'New conversation';
}

function showConversation(conversation) {
  byId('conversation').setAttribute('data-conversation-id', conversation.id);
  byId('conversation').setAttribute('data-assistant', conversation.assistant_key);
  document.querySelectorAll('#exports a').forEach(function (link) {
    link.href = '/conversations/' + conversation.id + '/export?' + link.href.split('?')[1];
  });
  showTitle(conversation.title);
  byId('pin').setAttribute('aria-pressed', String(conversation.pinned));
  fillMessages([]);
  loadMessages(String(conversation.id));
}

function loadMessages(id, changed) {
  call('GET', '/conversations/' + id + '/messages?limit=100', null, null, function (answer) {
    if (id !== shownId()) {
      return;
    }
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    var messages = itemsOf(answer.data);
    if (JSON.stringify(messages) !== filledWith) {
      fillMessages(messages);
      if (changed) {
        changed();
      }
    }
    // An answer that was stopped here, or is streamed to another page, still changes.
    if (!writing && messages.some(function (message) { return message.state === 'streaming'; })) {
      setTimeout(function () { loadMessages(id); }, LOOK_AGAIN_MS);
    }
  });
}

var filledWith = '';

function fillMessages(messages) {
  filledWith = JSON.stringify(messages);
  var list = byId('message-list');
  list.textContent = '';
  messages.forEach(function (message) {
    list.appendChild(messageItem(message));
  });
  byId('messages-empty').hidden = messages.length > 0;
  document.querySelectorAll('.suggestions').forEach(function (suggestions) {
    var wanted = byId('conversation').getAttribute('data-assistant');
    suggestions.hidden = suggestions.getAttribute('data-assistant') !== wanted;
  });
  if (list.lastElementChild) {
    list.lastElementChild.scrollIntoView({ block: 'nearest' });
  }
}

var SENDERS = { user: 'You', assistant: 'Assistant', system: 'System' };

var seen = null;

// Shows what was said meanwhile in another window or on another device, when somebody comes back to
// this one. It asks for the conversation's tag only.
function lookAgain() {
  var id = shownId();
  if (document.hidden || writing || document.querySelector('#conversation-list input')) {
    return;
  }
  call('GET', '/conversations/' + id, null, null, function (answer) {
    if (!answer.ok) {
      failed(answer);
    } else if (answer.etag !== seen) {
      seen = answer.etag;
      loadMessages(id, loadList);
    }
  });
}

function messageItem(message) {
  var item = element('li', '', message.sender);
  item.appendChild(element('strong', SENDERS[message.sender]));
  item.appendChild(timeOf(message.created_at));
  item.appendChild(message.sender === 'assistant' ? formatted(message.body) : element('p', message.body));
  if (message.data && message.data.rows) {
    item.appendChild(tableOf(message.data, message.body));
  }
  message.attachments.forEach(function (file) {
    var link = element('a', file.name);
    link.href = file.url;
    item.appendChild(link);
  });
  if (message.state === 'failed') {
    item.appendChild(element('p', 'This answer was not finished.', 'error'));
  } else if (message.state === 'streaming') {
    item.appendChild(element('p', 'Writing…'));
  } else if (message.sender === 'assistant') {
    item.appendChild(ratingOf(message));
  }
  return item;
}

// Times are UTC, whether they say so or not.
function timeOf(text) {
  var moment = new Date(/Z$/.test(text) ? text : text + 'Z');
  var place = element('time', moment.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }));
  place.dateTime = moment.toISOString();
  return place;
}

// The Markdown of answers: lists, quotes, code, and what stands out in a line. All else stays text.
function formatted(text) {
  var place = element('div', '', 'said');
  var lines = text.split('\n');
  while (lines.length) {
    var line = lines[0];
    if (!line.trim()) {
      lines.shift();
    } else if (/^```/.test(line)) {
      place.appendChild(codeOf(lines));
    } else if (/^>/.test(line)) {
      var quote = takeLines(lines, /^>/).map(function (each) { return each.replace(/^> ?/, ''); });
      place.appendChild(element('blockquote')).appendChild(formatted(quote.join('\n')));
    } else if (/^[-*] /.test(line)) {
      place.appendChild(listOf('ul', takeLines(lines, /^([-*]| ) /), /^[-*] +/));
    } else if (/^\d+[.)] /.test(line)) {
      place.appendChild(listOf('ol', takeLines(lines, /^(\d+[.)]| ) /), /^\d+[.)] +/));
    } else {
      var paragraph = [lines.shift()].concat(takeLines(lines, /^(?!```|>|[-*] |\s*$)/));
      place.appendChild(inLine(element('p'), paragraph.join('\n').replace(/^#{1,6} +(.*)/, '**$1**')));
    }
  }
  return place;
}

function takeLines(lines, fitting) {
  var taken = [];
  while (lines.length && fitting.test(lines[0])) {
    taken.push(lines.shift());
  }
  return taken;
}

function codeOf(lines) {
  lines.shift();
  var code = takeLines(lines, /^(?!```)/);
  lines.shift();
  var place = element('pre');
  place.appendChild(element('code', code.join('\n')));
  return place;
}

function listOf(name, lines, mark) {
  var list = element(name);
  lines.forEach(function (line) {
    if (mark.test(line) || !list.lastElementChild) {
      inLine(list.appendChild(element('li')), line.replace(mark, ''));
    } else {
      inLine(list.lastElementChild, ' ' + line.trim());
    }
  });
  return list;
}

var MARKS = /(\*\*[^*]+\*\*|\*[^*\s](?:[^*]*[^*\s])?\*|`[^`]+`|\[[^\]]+\]\([^()\s]+\))/;
// A link leads to this site, to the web, or to a mail program, and never to a script.
var SAFE_LINK = /^(https?:\/\/|mailto:|\/(?![/\\])|#)/i;

function inLine(place, text) {
  text.split(MARKS).forEach(function (piece, at) {
    var link = /^\[([^\]]+)\]\((.*)\)$/.exec(piece);
    if (at % 2 === 0 || (link && !SAFE_LINK.test(link[2]))) {
      place.appendChild(document.createTextNode(piece));
    } else if (link) {
      place.appendChild(inLine(linkTo(link[2]), link[1]));
    } else if (piece[0] === '`') {
      place.appendChild(element('code', piece.slice(1, -1)));
    } else if (piece[1] === '*') {
      place.appendChild(inLine(element('strong'), piece.slice(2, -2)));
    } else {
      place.appendChild(inLine(element('em'), piece.slice(1, -1)));
    }
  });
  return place;
}

function linkTo(address) {
  var link = element('a');
  link.href = address;
  if (/^http/i.test(address)) {
    link.rel = 'noopener noreferrer';
    link.target = '_blank';
  }
  return link;
}

function tableOf(data, text) {
  var table = element('table');
  if (data.caption && text.indexOf(data.caption) < 0) {
    table.appendChild(element('caption', data.caption));
  }
  var head = table.insertRow();
  data.columns.forEach(function (column) {
    head.appendChild(element('th', column.name));
  });
  data.rows.forEach(function (cells) {
    var row = table.insertRow();
    cells.forEach(function (cell) {
      row.insertCell().textContent = cell === null ? '' : cell;
    });
  });
  return table;
}

// What was thought of answers, by their ids; the page brings along what it is at first.
var opinions = byId('conversation') ? JSON.parse(byId('conversation').getAttribute('data-feedback')) : {};

function ratingOf(message) {
  var place = element('div', '', 'rating');
  var stars = element('span');
  stars.setAttribute('role', 'group');
  stars.setAttribute('aria-label', 'Rating');
  var comment = commentOf(message, show);
  [1, 2, 3, 4, 5].forEach(function (rating) {
    var star = button('★', function () {
      rate(message, rating, (opinions[message.id] || {}).comment, show);
    });
    star.setAttribute('aria-label', 'Rate this answer ' + rating + ' of 5');
    stars.appendChild(star);
  });
  place.appendChild(stars);
  place.appendChild(comment);
  show();
  return place;

  function show() {
    var given = (opinions[message.id] || { rating: 0 }).rating;
    Array.prototype.forEach.call(stars.children, function (star, at) {
      star.setAttribute('aria-pressed', String(at < given));
    });
    comment.hidden = !given;
  }
}

function commentOf(message, done) {
  var place = element('details');
  place.appendChild(element('summary', 'Comment'));
  var form = place.appendChild(element('form'));
  var input = form.appendChild(element('input'));
  input.setAttribute('aria-label', 'Comment');
  input.maxLength = 1000;
  input.value = (opinions[message.id] || {}).comment || '';
  form.appendChild(element('button', 'Save', 'save'));
  form.onsubmit = function (event) {
    event.preventDefault();
    rate(message, opinions[message.id].rating, input.value, done);
  };
  return place;
}

function rate(message, rating, comment, done) {
  var wanted = { message_id: message.id, rating: rating, comment: comment || null };
  call('POST', '/feedback', wanted, null, function (answer) {
    say(answer);
    if (answer.ok) {
      opinions[message.id] = wanted;
      done();
    }
  });
}

// ---- Writing a message ---------------------------------------------------------------------

var waitingFiles = [];
var writing = null;
var token = newToken();

function newToken() {
  return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(12)), function (byte) {
    return ('0' + byte.toString(16)).slice(-2);
  }).join('');
}

// The token stays until the message was taken, so that trying again can't send it twice.
function sendMessage(form) {
  var text = form.text.value.trim();
  if (!text || writing) {
    return;
  }
  var conversation = shownId();
  var request = new XMLHttpRequest();
  var taken = false;
  var stream = eventReader(function (event) { follow(conversation, form, event); });
  request.open('POST', '/chat/messages');
  request.setRequestHeader('Content-Type', 'application/json');
  request.setRequestHeader('X-CSRFToken', document.querySelector('meta[name=csrf-token]').content);
  request.onprogress = function () {
    if (isStream(request)) {
      taken = true;  // once it is aborted, a request has no headers to ask
      stream(request.responseText);
    }
  };
  request.onload = function () {
    if (endedOnLogin(request)) {
      location.assign('/auth/login?next=/chat');
    } else if (isStream(request)) {
      taken = true;
      stream(request.responseText);
      ended();
    } else {
      ended();
      notice(answerOf(request).text);
    }
  };
  request.onerror = function () {
    ended();
    notice('The server can’t be reached. Try again.');
  };
  request.onabort = ended;
  setWriting(request);
  notice('');
  request.send(JSON.stringify({
    conversation_id: Number(conversation),
    text: text,
    client_token: token,
    attachment_ids: waitingFiles.map(function (file) { return file.id; })
  }));

  function ended() {
    setWriting(null);
    if (taken) {
      loadList();
      loadMessages(conversation);
    }
  }
}

function isStream(request) {
  return (request.getResponseHeader('Content-Type') || '').indexOf('text/event-stream') === 0;
}

function setWriting(request) {
  writing = request;
  byId('stop').hidden = !request;
  byId('send').disabled = !!request;
  // An answer is read out once it is whole, not word by word.
  byId('message-log').setAttribute('aria-busy', String(!!request));
}

function stopAnswer() {
  if (writing) {
    writing.abort();
  }
}

// Gives each event of a growing text once.
function eventReader(onEvent) {
  var read = 0;
  return function (text) {
    for (var end = text.indexOf('\n\n', read); end >= 0; end = text.indexOf('\n\n', read)) {
      var event = {};
      text.slice(read, end).split('\n').forEach(function (line) {
        var at = line.indexOf(': ');
        event[line.slice(0, at)] = line.slice(at + 2);
      });
      read = end + 2;
      if (event.data) {
        onEvent({ name: event.event, data: JSON.parse(event.data) });
      }
    }
  };
}

var answer = null;

function follow(conversation, form, event) {
  if (event.name === 'start') {
    form.text.value = '';
    token = newToken();
    waitingFiles = [];
    fillWaiting();
    answer = {
      id: event.data.message_id, sender: 'assistant', body: '', data: null,
      attachments: [], state: 'streaming', created_at: event.data.user_message.created_at
    };
    if (conversation === shownId()) {
      byId('messages-empty').hidden = true;
      byId('message-list').appendChild(messageItem(event.data.user_message));
      byId('message-list').appendChild(messageItem(answer));
    }
    return;
  }
  if (event.name === 'delta') {
    answer.body += event.data.text;
  } else if (event.name === 'table') {
    answer.data = event.data;
  } else if (event.name === 'done') {
    answer.state = 'complete';
    showUsage(event.data.usage);
    if (conversation === shownId()) {
      showTitle(event.data.title);
    }
  } else if (event.name === 'error') {
    answer.state = 'failed';
    notice(event.data.message);
  }
  if (conversation === shownId()) {
    var list = byId('message-list');
    list.replaceChild(messageItem(answer), list.lastElementChild);
    list.lastElementChild.scrollIntoView({ block: 'nearest' });
  }
}

function showUsage(usage) {
  byId('usage').textContent = usage.limit === null
    ? '' : usage.used + ' of ' + usage.limit + ' messages this month';
}

function attachFiles(input) {
  attachAll(input.files);
  input.value = '';
}

function attachAll(files) {
  Array.prototype.forEach.call(files, function (file) {
    var form = new FormData();
    form.append('conversation_id', shownId());
    form.append('file', file);
    call('POST', '/attachments', form, null, function (kept) {
      if (!kept.ok) {
        notice(kept.text);
        return;
      }
      waitingFiles.push(kept.data);
      fillWaiting();
    });
  });
}

function fillWaiting() {
  var list = byId('waiting-files');
  list.textContent = '';
  waitingFiles.forEach(function (file) {
    var item = element('li', file.name + ' ');
    var remove = button('Remove', function () { takeBack(file); });
    remove.setAttribute('aria-label', 'Remove ' + file.name);
    item.appendChild(remove);
    list.appendChild(item);
  });
  list.hidden = waitingFiles.length === 0;
}

function takeBack(file) {
  call('DELETE', '/attachments/' + file.id, null, null, function (answer) {
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    waitingFiles = waitingFiles.filter(function (other) { return other !== file; });
    fillWaiting();
  });
}

// ---- What else can be done with a conversation ---------------------------------------------

function pinConversation(pressed) {
  var pinned = pressed.getAttribute('aria-pressed') !== 'true';
  var shown = { id: shownId() };
  withEtag(shown, function (etag) {
    change(shown, etag, { pinned: pinned }, function () {
      pressed.setAttribute('aria-pressed', String(pinned));
      loadList();
      notice('Saved.');
    });
  });
}

function clearConversation() {
  if (!window.confirm('Delete all messages and files of this conversation?')) {
    return;
  }
  call('POST', '/conversations/' + shownId() + '/clear', null, null, function (answer) {
    if (!answer.ok) {
      failed(answer);
      return;
    }
    loadMessages(shownId());
    loadList();
    notice('Cleared.');
  });
}

function searchMessages(form) {
  var words = form.q.value.trim();
  if (!words) {
    loadList();
    return;
  }
  call('GET', '/conversations/search?q=' + encodeURIComponent(words), null, null, function (answer) {
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    fillHits(itemsOf(answer.data));
  });
}

function fillHits(hits) {
  var list = byId('conversation-list');
  list.textContent = '';
  hits.forEach(function (hit) {
    var item = element('li');
    var link = element('a', hit.title || 'Untitled');
    link.href = '/chat?conversation=' + hit.conversation_id;
    item.appendChild(link);
    item.appendChild(element('p', hit.snippet.replace(/\*\*|`/g, '')));
    list.appendChild(item);
  });
  byId('list-empty').textContent = 'Nothing found.';
  byId('list-empty').hidden = hits.length > 0;
}

// ---- Settings and administration -----------------------------------------------------------

function say(answer) {
  if (answer.ok && answer.data.success === false) {
    notice('This is for administrators.');
  } else {
    notice(answer.ok ? answer.data.message : answer.text);
  }
}

function changePassword(form) {
  var wanted = { current_password: form.current_password.value, new_password: form.new_password.value };
  call('POST', '/auth/update-password', wanted, null, function (answer) {
    say(answer);
    if (answer.ok) {
      form.reset();
    }
  });
}

function signOutElsewhere() {
  call('DELETE', '/auth/sessions', null, null, say);
}

function enrolOrLeave(pressed) {
  var method = pressed.getAttribute('aria-pressed') === 'true' ? 'DELETE' : 'POST';
  var address = '/assistants/' + encodeURIComponent(pressed.getAttribute('data-key')) + '/enrolment';
  call(method, address, null, null, function (answer) {
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    pressed.setAttribute('aria-pressed', String(answer.data.enrolled));
    notice(answer.data.name + (answer.data.enrolled ? ' is offered first.' : ' is left.'));
  });
}

function cleanUp(form, event) {
  var wanted = {
    older_than_days: Number(form.older_than_days.value),
    dry_run: !event.submitter || event.submitter.value !== '0'
  };
  call('POST', '/admin/cleanup', wanted, null, say);
}

function actOnUser(event) {
  var action = event.target.getAttribute('data-action');
  if (!action || (action === 'delete' && !window.confirm('Delete this account and all it has?'))) {
    return;
  }
  call('POST', addressOf(event.target, action), null, null, reloadOrSay);
}

function updateUser(event) {
  var form = event.target;
  var wanted = {
    display_name: form.display_name.value,
    role: form.role.value,
    monthly_quota: Number(form.monthly_quota.value)
  };
  if (form.reset_usage.checked) {
    wanted.reset_usage = true;
  }
  call('POST', addressOf(form, 'update'), wanted, null, reloadOrSay);
}

function addressOf(node, action) {
  return '/admin/users/' + node.closest('[data-user-id]').getAttribute('data-user-id') + '/' + action;
}

function reloadOrSay(answer) {
  if (answer.ok && answer.data.success !== false) {
    location.reload();
  } else {
    say(answer);
  }
}

// ---- The workspace begins ------------------------------------------------------------------

// Back and forward lead through conversations that were shown in place.
window.onpopstate = function () {
  location.reload();
};

if (byId('conversation')) {
  loadMessages(shownId());
  loadList();
  window.onfocus = lookAgain;
  document.onvisibilitychange = lookAgain;
  byId('messages-empty').onclick = function (event) {
    if (event.target.type === 'button') {
      byId('text').value = event.target.textContent;
      byId('text').focus();
    }
  };
  byId('conversation').ondragover = function (event) {
    if (Array.prototype.indexOf.call(event.dataTransfer.types, 'Files') >= 0) {
      event.preventDefault();
    }
  };
  byId('conversation').ondrop = function (event) {
    if (event.dataTransfer.files.length) {
      event.preventDefault();  // the browser would leave the page and show the file
      attachAll(event.dataTransfer.files);
    }
  };
  // On a small window the messages come first.
  byId('conversations').open = !window.matchMedia('(max-width: 720px)').matches;
  byId('q').oninput = function () {
    if (!byId('q').value) {
      loadList();
    }
  };
  byId('text').oninput = function () { token = newToken(); };
  byId('text').onkeydown = function (event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      sendMessage(byId('composer'));
    }
  };
}
