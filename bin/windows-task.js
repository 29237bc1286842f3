// What the Task Scheduler runs for `gw service install`: wscript //E:JScript windows-task.js NAME=value … -- program word …
// Windows Script Host reads it (JScript, which is ECMAScript 3). It is there because a console program that a task runs
// has a window on its person's desktop, and because the Task Scheduler begins a task again that could not be started,
// but not one that crashed ([MS-TSCH] 2.5.4.2). Ended well, or for a reason that would come again, it stays ended.
var HIDDEN = 0;
var HOPELESS_EXITS = [2, 4];
var FIRST_WAIT_MS = 2000;
var LONGEST_WAIT_MS = 60000;
// Who ran for so long crashed by accident, and is begun again as quickly as the first time.
var SETTLED_MS = 600000;

var shell = new ActiveXObject('WScript.Shell');
WScript.Quit(keep(commandLine()));

function keep(line) {
  var wait = FIRST_WAIT_MS;
  for (;;) {
    var began = new Date().getTime();
    var code = shell.Run(line, HIDDEN, true);
    if (code === 0 || isHopeless(code)) return code;
    if (new Date().getTime() - began > SETTLED_MS) wait = FIRST_WAIT_MS;
    WScript.Sleep(wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function isHopeless(code) {
  for (var i = 0; i < HOPELESS_EXITS.length; i++) if (HOPELESS_EXITS[i] === code) return true;
  return false;
}

/** Variables come first; setting them takes cmd.exe, which ends with the exit code of what it ran last. */
function commandLine() {
  var variables = '';
  var words = [];
  var isCommand = false;
  for (var i = 0; i < WScript.Arguments.length; i++) {
    var word = WScript.Arguments(i);
    if (isCommand) words.push(quoted(word));
    else if (word === '--') isCommand = true;
    else variables += 'set "' + word + '"&& ';
  }
  var line = words.join(' ');
  return variables === '' ? line : '%ComSpec% /d /s /c "' + variables + line + '"';
}

/** Windows Script Host takes every quote out of its arguments, so none is left to escape. */
function quoted(word) {
  return '"' + word.replace(/\\+$/, '$&$&') + '"';
}
