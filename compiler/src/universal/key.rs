//! Keys that sign machine code: Ed25519, in the file format of `openssl genpkey -algorithm
//! ed25519`.
//!
//! Invariants: a secret is wiped from memory when its key is dropped, and never printed. A
//! signature depends only on the key and the message.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes,
};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use zeroize::Zeroizing;

use super::{KEY_SIZE, SIGNATURE_SIZE};

/// The private half of a key pair, which signs.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The public half of a key pair, which verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; KEY_SIZE]);

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not an Ed25519 private key in PEM, or the key is encrypted.
    NoPrivateKey,
    /// The text is not an Ed25519 public key in PEM.
    NoPublicKey,
    /// The system provides no random numbers, for the given reason.
    NoRandomness(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrivateKey => f.write_str("not an Ed25519 private key in PEM (PKCS #8)"),
            Self::NoPublicKey => f.write_str("not an Ed25519 public key in PEM"),
            Self::NoRandomness(why) => write!(f, "the system provides no random numbers: {why}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl SigningKey {
    /// A new key, from the system's random numbers.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`] if the system provides none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut secret = Zeroizing::new([0; KEY_SIZE]);
        getrandom::fill(&mut *secret).map_err(|error| KeyError::NoRandomness(error.to_string()))?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&secret)))
    }

    /// Reads a key in PEM: PKCS #8 (RFC 8410), as OpenSSL writes it, not encrypted.
    ///
    /// # Errors
    /// [`KeyError::NoPrivateKey`] if it is something else.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(text);
        key.map(Self).map_err(|_| KeyError::NoPrivateKey)
    }

    /// The key in PEM, as [`SigningKey::from_pem`] reads it.
    pub fn to_pem(&self) -> Zeroizing<String> {
        // Without the public key, which OpenSSL does not expect in the file.
        let bytes = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        bytes.to_pkcs8_pem(LineEnding::LF).expect("a key of fixed size has an encoding")
    }

    /// The other half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_SIZE] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.public_key()).finish()
    }
}

impl PublicKey {
    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; KEY_SIZE]) -> Self {
        Self(bytes)
    }

    /// Its bytes, which identify it in runtimes and in sections of universal files.
    pub fn as_bytes(&self) -> &[u8; KEY_SIZE] {
        &self.0
    }

    /// Reads a key in PEM: SubjectPublicKeyInfo (RFC 8410), as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// [`KeyError::NoPublicKey`] if it is something else.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_public_key_pem(text);
        key.map(|key| Self(key.to_bytes())).map_err(|_| KeyError::NoPublicKey)
    }

    /// The key in PEM, as [`PublicKey::from_pem`] reads it.
    ///
    /// # Errors
    /// [`KeyError::NoPublicKey`] if these bytes are not a valid key.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| KeyError::NoPublicKey)?;
        key.to_public_key_pem(LineEnding::LF).map_err(|_| KeyError::NoPublicKey)
    }

    /// Whether its owner has signed the message. The check is as strict as the runtime's.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8; SIGNATURE_SIZE]) -> bool {
        let signature = Signature::from_bytes(signature);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

/// Prints all hexadecimal digits: no shorter name would be as hard to forge.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
