// The style sheet of reports; they need no script.

import "./reports.css";
