//! How the learner's editor is told to open a file at a line.
//!
//! This decides and starts nothing. The words of a command are taken apart as a shell does, and no shell ever reads
//! them: a blank or a quote in a path is part of the path.

use std::path::Path;

/// A command that opens a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// The program.
    pub(crate) program: String,
    /// Its arguments.
    pub(crate) args: Vec<String>,
    /// Whether it works in this terminal, so that whoever else uses it has to step aside until it ends. Others have
    /// windows of their own. It is assumed of programs that are not known.
    pub(crate) takes_terminal: bool,
}

/// Why there is no command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoEditor {
    #[error("no editor is known: set $VISUAL or $EDITOR, or say --edit-cmd 'nano +{{line}} {{file}}'")]
    Unset,
    #[error("{from} is no command: a quote in `{command}` has no end, or it is empty")]
    Malformed { from: &'static str, command: String },
}

/// Editors of VS Code's family, whose terminals say that they are `vscode`.
const VSCODE: [&str; 5] = ["code", "code-insiders", "codium", "cursor", "windsurf"];
/// Editors with a window of their own.
const WINDOWED: [&str; 17] = [
    "code",
    "code-insiders",
    "codium",
    "cursor",
    "windsurf",
    "subl",
    "zed",
    "zeditor",
    "gedit",
    "gnome-text-editor",
    "kate",
    "mousepad",
    "pluma",
    "xed",
    "gvim",
    "idea",
    "rustrover",
];

/// What is known of a program that opens files.
enum Form {
    /// `FILE:LINE`
    Colon,
    /// `--goto FILE:LINE`
    Goto,
    /// `--line LINE FILE`
    Line,
    /// `+LINE FILE`
    Plus,
    /// No line can be named.
    Bare,
}

/// Chooses the command that opens a file at a line: what `--edit-cmd` says, else the editor around this terminal,
/// else `$VISUAL`, else `$EDITOR`. `is_program` says whether a name is found in `$PATH`.
///
/// # Errors
/// When nothing says which editor it is, or what says it makes no sense.
pub(crate) fn opening(
    edit_cmd: Option<&str>,
    env: impl Fn(&str) -> Option<String>,
    is_program: impl Fn(&str) -> bool,
    file: &Path,
    line: usize,
) -> Result<Opening, NoEditor> {
    let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
    if let Some(command) = edit_cmd {
        return from_words("--edit-cmd", command, &env, file, line);
    }
    if set("TERM_PROGRAM").is_some_and(|program| program == "vscode")
        && let Some(program) = VSCODE.into_iter().find(|program| is_program(program))
    {
        return from_words("the editor", program, &env, file, line);
    }
    match (set("VISUAL"), set("EDITOR")) {
        (Some(command), _) => from_words("$VISUAL", &command, &env, file, line),
        (None, Some(command)) => from_words("$EDITOR", &command, &env, file, line),
        (None, None) => Err(NoEditor::Unset),
    }
}

fn from_words(
    from: &'static str,
    command: &str,
    env: &impl Fn(&str) -> Option<String>,
    file: &Path,
    line: usize,
) -> Result<Opening, NoEditor> {
    let malformed = || NoEditor::Malformed { from, command: command.to_owned() };
    let mut words = shlex::split(command).ok_or_else(malformed)?.into_iter();
    let program = words.next().filter(|program| !program.is_empty()).ok_or_else(malformed)?;
    let mut args: Vec<String> = words.collect();
    let name = program.rsplit('/').next().unwrap_or_default().to_owned();
    let takes_terminal = takes_terminal(&name, &args, env);
    let path = file.display().to_string();
    if command.contains("{file}") {
        for arg in &mut args {
            // The line first: a path may have `{line}` in it.
            *arg = arg.replace("{line}", &line.to_string()).replace("{file}", &path);
        }
    } else {
        match form(&name) {
            Form::Colon => args.push(format!("{path}:{line}")),
            Form::Goto => args.extend(["--goto".into(), format!("{path}:{line}")]),
            Form::Line => args.extend(["--line".into(), line.to_string(), path]),
            Form::Plus => args.extend([format!("+{line}"), path]),
            Form::Bare => args.push(path),
        }
    }
    Ok(Opening { program, args, takes_terminal })
}

fn form(name: &str) -> Form {
    match name {
        name if VSCODE.contains(&name) => Form::Goto,
        "hx" | "helix" | "subl" | "zed" | "zeditor" => Form::Colon,
        "kate" | "idea" | "rustrover" => Form::Line,
        "vi" | "vim" | "nvim" | "view" | "gvim" | "nano" | "pico" | "emacs" | "emacsclient" | "kak" | "micro" | "joe" | "jed"
        | "mg" | "ne" | "gedit" | "gnome-text-editor" | "pluma" | "xed" => Form::Plus,
        _ => Form::Bare,
    }
}

fn takes_terminal(name: &str, args: &[String], env: &impl Fn(&str) -> Option<String>) -> bool {
    let has = |options: &[&str]| args.iter().any(|arg| options.contains(&arg.as_str()));
    match name {
        "emacs" => {
            let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env(name).is_some_and(|value| !value.is_empty()));
            has(&["-nw", "--no-window-system", "-t"]) || !display
        }
        "emacsclient" => !has(&["-n", "--no-wait"]),
        name => !WINDOWED.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const FILE: &str = "/a b/it's/exercise.rs";

    fn open(edit_cmd: Option<&str>, env: &[(&str, &str)], programs: &[&str]) -> Result<(String, bool), NoEditor> {
        let variable = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let opening = opening(edit_cmd, variable, |name| programs.contains(&name), Path::new(FILE), 12)?;
        let words: Vec<String> = [opening.program].into_iter().chain(opening.args).collect();
        Ok((words.join("|"), opening.takes_terminal))
    }

    #[test]
    fn what_was_typed_comes_first_and_the_terminal_before_the_variables() {
        let env = [("TERM_PROGRAM", "vscode"), ("VISUAL", "gedit"), ("EDITOR", "vim")];
        let of = |command, env: &[(&str, &str)], programs: &[&str]| open(command, env, programs).unwrap().0;
        assert_eq!(of(Some("mine"), &env, &["code"]), format!("mine|{FILE}"));
        assert_eq!(of(None, &env, &["code"]), format!("code|--goto|{FILE}:12"));
        assert_eq!(of(None, &env, &["cursor"]), format!("cursor|--goto|{FILE}:12"));
        assert_eq!(of(None, &env, &[]), format!("gedit|+12|{FILE}"));
        assert_eq!(of(None, &env[1..], &["code"]), format!("gedit|+12|{FILE}"));
        assert_eq!(of(None, &env[2..], &["code"]), format!("vim|+12|{FILE}"));
        assert_eq!(of(None, &[("VISUAL", " "), ("EDITOR", "vim")], &[]), format!("vim|+12|{FILE}"));
        assert_eq!(open(None, &[], &["code", "vim"]), Err(NoEditor::Unset));
    }

    #[test]
    fn each_editor_is_told_the_line_in_its_own_way() {
        for (command, args, takes_terminal) in [
            ("vi", "+12|FILE", true),
            ("nvim", "+12|FILE", true),
            ("/usr/bin/nano", "+12|FILE", true),
            ("kak", "+12|FILE", true),
            ("hx", "FILE:12", true),
            ("emacs -nw", "-nw|+12|FILE", true),
            ("emacs", "+12|FILE", true),
            ("emacsclient -t", "-t|+12|FILE", true),
            ("emacsclient -n", "-n|+12|FILE", false),
            ("ed", "FILE", true),
            ("code --wait", "--wait|--goto|FILE:12", false),
            ("codium", "--goto|FILE:12", false),
            ("subl", "FILE:12", false),
            ("zed", "FILE:12", false),
            ("gedit", "+12|FILE", false),
            ("kate", "--line|12|FILE", false),
            ("my-editor --fast", "--fast|FILE", true),
        ] {
            let program = command.split(' ').next().unwrap();
            let expected = (format!("{program}|{}", args.replace("FILE", FILE)), takes_terminal);
            assert_eq!(open(None, &[("EDITOR", command)], &[]), Ok(expected), "{command}");
        }
        // With a display it has a window.
        assert!(!open(None, &[("EDITOR", "emacs"), ("DISPLAY", ":0")], &[]).unwrap().1);
        assert!(open(None, &[("EDITOR", "emacs -nw"), ("DISPLAY", ":0")], &[]).unwrap().1);
    }

    #[test]
    fn a_template_says_where_file_and_line_go() {
        let of = |command| open(Some(command), &[], &[]);
        assert_eq!(of("vim +{line} {file}"), Ok((format!("vim|+12|{FILE}"), true)));
        assert_eq!(of("code -r -g {file}:{line}"), Ok((format!("code|-r|-g|{FILE}:12"), false)));
        assert_eq!(of("'my editor' -c \"go to {line}\" {file}"), Ok((format!("my editor|-c|go to 12|{FILE}"), true)));
        assert_eq!(of("tmux split-window vim {file}"), Ok((format!("tmux|split-window|vim|{FILE}"), true)));
        // A shell would do something with these.
        assert_eq!(of("a $HOME `b` ;c {file}"), Ok((format!("a|$HOME|`b`|;c|{FILE}"), true)));
        for wrong in ["", "  ", "'vim", "\"\" {file}"] {
            assert!(matches!(of(wrong), Err(NoEditor::Malformed { .. })), "{wrong}");
        }
        assert_eq!(of("'vim").unwrap_err().to_string(), "--edit-cmd is no command: a quote in `'vim` has no end, or it is empty");
    }
}
