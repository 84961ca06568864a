//! Flags and commands about signed machine code: keys, signatures, trust.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::OWN;
use super::misuse;
use super::requests::KeyRequest;
#[cfg(feature = "run")]
use super::requests::TrustRequest;
use crate::files;

/// The key that signs the output.
#[derive(Args)]
pub(super) struct SignArgs {
    /// With --format=universal: sign the machine code with this private key, made by `cwamrc key
    /// new`. The code runs where the public key is trusted
    #[arg(long, value_name = "KEY_FILE", help_heading = OWN)]
    pub(super) sign: Option<PathBuf>,
}

/// Which machine code may run.
#[cfg(feature = "run")]
#[derive(Args)]
pub(super) struct TrustArgs {
    /// Run the machine code in FILE, whoever made it, even if FILE is not named .aot. Machine code
    /// is not sandboxed: it can do whatever you can do
    #[arg(long, visible_alias = "allow-precompiled")]
    trust_native: bool,
    /// Run machine code in a universal file if it is signed with this key; give the public key. May
    /// be given several times. Keys in $XDG_CONFIG_HOME/cwamrc/trusted-keys are also trusted
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
    /// Create a key pair: FILE, the private key that signs, to be kept secret, and FILE.pub, the
    /// public key to be trusted. Existing files are not overwritten
    #[command(visible_alias = "generate")]
    New {
        /// The file for the private key
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the public key of a file with the public or the private key
    Show {
        /// A key in PEM; `-` for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print the 32 bytes in hexadecimal instead of PEM
        #[arg(long)]
        hex: bool,
    },
}

impl KeyArgs {
    pub(super) fn request(self) -> KeyRequest {
        match self.command {
            KeyCommand::New { file } if files::is_stream(&file) => {
                misuse("a key pair is two files; name the file of the private key")
            }
            KeyCommand::New { file } => KeyRequest::New { file },
            KeyCommand::Show { file, hex } => KeyRequest::Show { file, hex },
        }
    }
}
