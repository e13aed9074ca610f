// The conversation list and the pane beside it. No libraries, no build step.
//
// Behind the gateway each call below may be answered by this application or by its rewrite. So a
// list may be bare or a page of items, an error may be {error} or {detail}, a creation 200 or 201,
// and a call without a login a 401 or a redirect that ends on the login page.
'use strict';

var LIST_LIMIT = 100;
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
  if (body) {
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
  request.send(body ? JSON.stringify(body) : null);
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
    text: ok ? '' : (data && (data.error || data.detail)) || 'Something went wrong. Try again.'
  };
}

function itemsOf(data) {
  return Array.isArray(data) ? data : data.items;
}

// ---- What the page says --------------------------------------------------------------------

function notice(text) {
  byId('notice').textContent = text;
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
  var wanted = { assistant_key: byId('conversation').getAttribute('data-default-assistant') || 'guide' };
  call('POST', '/conversations', wanted, null, function (answer) {
    pressed.disabled = false;
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    history.pushState(null, '', '/chat?conversation=' + answer.data.id);
    showConversation(answer.data.id, answer.data.title);
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
    showConversation(answer.data.id, answer.data.title);
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

function showConversation(id, title) {
  byId('conversation').setAttribute('data-conversation-id', id);
  showTitle(title);
  fillMessages([]);
  loadMessages(String(id));
}

function loadMessages(id) {
  call('GET', '/conversations/' + id + '/messages?limit=100', null, null, function (answer) {
    if (id !== shownId()) {
      return;
    }
    if (!answer.ok) {
      notice(answer.text);
      return;
    }
    fillMessages(itemsOf(answer.data));
  });
}

function fillMessages(messages) {
  var names = { user: 'You', assistant: 'Assistant', system: 'System' };
  var list = byId('message-list');
  list.textContent = '';
  messages.forEach(function (message) {
    var item = element('li', '', message.sender);
    item.appendChild(element('strong', names[message.sender]));
    item.appendChild(element('p', message.body));
    list.appendChild(item);
  });
  byId('messages-empty').hidden = messages.length > 0;
}

// Back and forward lead through conversations that were shown in place.
window.onpopstate = function () {
  location.reload();
};

loadMessages(shownId());
loadList();
