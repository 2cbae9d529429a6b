// Every page works as plain links and forms. Each module adds one behaviour and needs no other to be useful.
import "./upload.js";
import "./forms.js";
import "./live.js";
import "./panel.js";
import "./dialogs.js";
import "./menus.js";
import "./bulk.js";
import "./keys.js";
import "./palette.js";
import "./search.js";
import "./paste.js";
import "./copy.js";
import "./presets.js";
import "./check.js";
import "./watch.js";
