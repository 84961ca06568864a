//! Flags and commands about whose machine code runs: keys, signatures, trust.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::OWN;
use super::misuse;
use super::requests::KeyRequest;
#[cfg(feature = "run")]
use super::requests::TrustRequest;
use crate::files;

/// Who vouches for what a compilation writes.
#[derive(Args)]
pub(super) struct SignArgs {
    /// With --format=universal: sign the machine code with this private key, which `cwamrc key new` makes;
    /// it runs where the public key is trusted
    #[arg(long, value_name = "KEY_FILE", help_heading = OWN)]
    pub(super) sign: Option<PathBuf>,
}

/// Whose machine code is run.
#[cfg(feature = "run")]
#[derive(Args)]
pub(super) struct TrustArgs {
    /// Run the machine code in FILE, whoever made it, even if FILE is not called .aot. Such code is not
    /// contained: it can do whatever you can
    #[arg(long, visible_alias = "allow-precompiled")]
    trust_native: bool,
    /// Run machine code in a universal file that is signed with this key (the public one); may be given
    /// several times. The keys in $XDG_CONFIG_HOME/cwamrc/trusted-keys are trusted, too
    #[arg(long = "trust-key", value_name = "KEY_FILE")]
    trust_keys: Vec<PathBuf>,
}

#[cfg(feature = "run")]
impl TrustArgs {
    pub(super) fn request(self) -> TrustRequest {
        TrustRequest { everybody: self.trust_native, keys: self.trust_keys }
    }
}

#[derive(Args)]
pub(super) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a pair of keys: FILE signs and is to be kept secret, FILE.pub is to be trusted. Files that exist
    /// are not overwritten
    #[command(visible_alias = "generate")]
    New {
        /// Where the private key goes
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the public key in a file that has it or the private one
    Show {
        /// A key in PEM; `-` for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print the 32 bytes in hexadecimal digits, instead of PEM
        #[arg(long)]
        hex: bool,
    },
}

impl KeyArgs {
    pub(super) fn request(self) -> KeyRequest {
        match self.command {
            KeyCommand::New { file } if files::is_stream(&file) => {
                misuse("a pair of keys makes two files; name one")
            }
            KeyCommand::New { file } => KeyRequest::New { file },
            KeyCommand::Show { file, hex } => KeyRequest::Show { file, hex },
        }
    }
}
