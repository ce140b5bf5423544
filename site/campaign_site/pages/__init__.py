"""What the public pages show: for each page its template and the values in it. Nothing here knows HTTP or HTML.

Public pages say who *coordinates care* in a place: an organisation is named only when it confirmed its entry, else
the national point. Who *receives* a tip is said by the tip form alone. They are functions of content, language and
phase and can so be rendered ahead; the finder's answers are the only ones made on request.
"""
