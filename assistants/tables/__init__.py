"""The assistant `table`: answers questions about an attached CSV file.

    bytes    reading.py, sheet.py        any CSV → Sheet
    text     grammar.py, question.py     a question about the sheet's columns → Query
    Query    numbers.py, calculate.py,   → an answer: a sentence, perhaps with a table
             profile.py

`responder.py` joins them. A question that is not understood is answered with what may be asked.
"""
