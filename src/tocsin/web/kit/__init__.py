"""What all pages are made with: rendering, forms, choices, the viewer, live updates. It imports no page's folder."""
