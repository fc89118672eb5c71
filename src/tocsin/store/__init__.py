"""SQL beside the Python that runs it: a folder for each noun, and here what several of them share."""
