"""Reports: how soon alerts are taken and closed, and on whom they fall."""
