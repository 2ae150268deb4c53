"""The report: one HTML file that anybody can open, and a digest of the week in Markdown.

It shows the charts of the page (`dashboard.charts`) over a roll-up that lies in the file itself, so that days
can be chosen, and compared with those before, without a server. It needs no Streamlit.
"""
