//! How each command is called. Arguments are a vector; no shell reads them, and no text of an input is among them.

use crate::config::{Command, Dialect};

/// What a command is given.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) arguments: Vec<String>,
}

/// The call for a fresh run with this prompt in the folder `cwd`, or one that goes on with a session.
pub(super) fn call(settings: &Command, dialect: Dialect, prompt: &str, cwd: &str, session: Option<&str>) -> Call {
    let mut arguments: Vec<&str> = Vec::new();
    let turns = settings.max_turns.to_string();
    let model = settings.model.as_deref();
    match dialect {
        Dialect::Claude => {
            // Files in the folder may be written; nothing else is allowed without asking, and nobody is there to ask.
            let flags = "--output-format stream-json --include-partial-messages --verbose --permission-mode acceptEdits --allowedTools Read,Write,Edit,Glob,Grep";
            arguments.extend(["-p", prompt]);
            arguments.extend(flags.split(' '));
            arguments.extend(model.into_iter().flat_map(|model| ["--model", model]));
            arguments.extend(["--max-turns", &turns]);
            arguments.extend(session.into_iter().flat_map(|session| ["--resume", session]));
        }
        Dialect::Codex => {
            arguments.extend(["exec", "--json", "--sandbox", "workspace-write", "--skip-git-repo-check", "--cd", cwd]);
            arguments.extend(model.into_iter().flat_map(|model| ["--model", model]));
            // Options of `exec` stand before `resume`, which takes few of its own.
            arguments.extend(session.into_iter().flat_map(|session| ["resume", session]));
            arguments.push(prompt);
        }
        Dialect::Heru => {
            arguments.extend([settings.heru_engine.as_str(), prompt, "--cwd", cwd]);
            arguments.extend(model.into_iter().flat_map(|model| ["--model", model]));
            arguments.extend(["--max-turns", &turns]);
            arguments.extend(session.into_iter().flat_map(|session| ["--resume", session]));
        }
    }
    Call { arguments: arguments.into_iter().map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Command {
        Command {
            program: None,
            dialect: None,
            model: Some("m1".to_owned()),
            max_turns: 7,
            folder: None,
            environment: Vec::new(),
            heru_engine: "gemini".to_owned(),
        }
    }

    fn arguments(dialect: Dialect, session: Option<&str>) -> String {
        call(&settings(), dialect, "P", "/w", session).arguments.join(" ")
    }

    #[test]
    fn claude_may_edit_files_and_nothing_else() {
        let fresh = "-p P --output-format stream-json --include-partial-messages --verbose --permission-mode acceptEdits --allowedTools \
                     Read,Write,Edit,Glob,Grep --model m1 --max-turns 7";
        assert_eq!(arguments(Dialect::Claude, None), fresh);
        assert_eq!(arguments(Dialect::Claude, Some("S")), format!("{fresh} --resume S"));
    }

    #[test]
    fn codex_works_in_a_sandbox() {
        assert_eq!(arguments(Dialect::Codex, None), "exec --json --sandbox workspace-write --skip-git-repo-check --cd /w --model m1 P");
        assert_eq!(
            arguments(Dialect::Codex, Some("S")),
            "exec --json --sandbox workspace-write --skip-git-repo-check --cd /w --model m1 resume S P"
        );
    }

    #[test]
    fn heru_is_told_its_engine() {
        assert_eq!(arguments(Dialect::Heru, None), "gemini P --cwd /w --model m1 --max-turns 7");
        assert_eq!(arguments(Dialect::Heru, Some("S")), "gemini P --cwd /w --model m1 --max-turns 7 --resume S");
    }

    #[test]
    fn no_call_switches_the_guards_off() {
        for dialect in [Dialect::Claude, Dialect::Codex, Dialect::Heru] {
            for session in [None, Some("S")] {
                let arguments = arguments(dialect, session);
                assert!(!arguments.contains("dangerously") && !arguments.contains("--yolo"), "{arguments}");
            }
        }
    }
}
