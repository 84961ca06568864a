//! Shell completions and manual pages, generated from the definition of the command line.

use clap::{Args, Command, ValueEnum};

/// A shell that completes command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// The arguments of `cwamrc completions`.
#[derive(Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The arguments of `cwamrc man`.
#[derive(Args)]
pub(super) struct ManArgs {
    /// The command to describe. Default: cwamrc itself
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl CompletionsArgs {
    /// The script for the shell.
    pub(super) fn script(&self, mut command: Command) -> String {
        use clap_complete::Shell as Known;
        let shell = match self.shell {
            Shell::Bash => Known::Bash,
            Shell::Elvish => Known::Elvish,
            Shell::Fish => Known::Fish,
            Shell::Powershell => Known::PowerShell,
            Shell::Zsh => Known::Zsh,
        };
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command, "cwamrc", &mut script);
        String::from_utf8(script).expect("names of flags are UTF-8")
    }
}

impl ManArgs {
    /// The page in troff, or why there is none.
    pub(super) fn page(&self, mut command: Command) -> Result<String, String> {
        command.build();
        let page = match &self.command {
            None => command,
            Some(name) => {
                // `build` has named it `cwamrc-NAME`, as git names its pages.
                let found = command.find_subcommand(name).cloned();
                found.ok_or_else(|| format!("unknown command {name:?}"))?
            }
        };
        let mut text = Vec::new();
        let rendered = clap_mangen::Man::new(page).render(&mut text);
        rendered.expect("a vector takes all that is written");
        Ok(String::from_utf8(text).expect("names of flags are UTF-8"))
    }
}
