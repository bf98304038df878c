"""A file becomes a Document: EPUB, PDF, DOCX, HTML, Markdown, plain text."""
