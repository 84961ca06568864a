//! The layout of the sections, compared with `docs/universal-files.md`.

use cwamrc::universal::{NativeCode, PublicKey, SigningKey, embed, embed_signed, strip};
use cwamrc::{Architecture, Cpu, ErrorKind};

const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// The digests are those of Python's `hashlib.blake2b(data, digest_size=32)`.
#[test]
fn byte_by_byte() {
    let cpu = Cpu::baseline(Architecture::Aarch64);
    let code = NativeCode { cpu: &cpu, aot: b"\0aot" };
    check(&embed(EMPTY, &[code]).expect("it is small"), &[0; 32], &[0; 64]);

    // Test 1 of RFC 8032, section 7.1, in the key format of OpenSSL.
    let key = SigningKey::from_pem(PRIVATE_KEY).expect("it is one");
    assert_eq!(key.to_pem().as_str(), PRIVATE_KEY);
    let public_key = PublicKey::from_pem(PUBLIC_KEY).expect("it is one");
    assert_eq!(public_key, key.public_key());
    assert_eq!(public_key.to_pem().as_deref(), Ok(PUBLIC_KEY));
    let digits = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(public_key.to_string(), digits);
    let file = embed_signed(EMPTY, &[code], &key).expect("it is small");
    check(&file, &hex(digits), &hex(SIGNATURE));
}

const PRIVATE_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";
const PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
";
/// Made by `sign` of Python's `cryptography` from the message that `docs/universal-files.md`
/// defines: the text, 2 in four bytes, the two digests, `aarch64`.
const SIGNATURE: &str = "eaf877cde73653604ff14369c5b933991bd86846a19950571b0d12a88ecacec1\
                         37c603bf1a898a7c5e9974034b2584787c1cc13b7fb433469ba26b7c3bc1530a";

#[track_caller]
fn check(file: &[u8], key: &[u8], signature: &[u8]) {
    let content = [
        &b"\x12cwamrc.aot.aarch64\x02\0\0\0"[..],
        key,
        signature,
        &hex("f6a5dbf080e9c9d7834145653bce4c8cded62e664d7ddcdb5c526f5877006d74"),
        &hex(REST_DIGEST),
        REST,
    ]
    .concat();
    // The size in five bytes, as WebAssembly permits.
    let size =
        [0x80 | content.len() as u8 & 0x7f, 0x80 | (content.len() >> 7) as u8, 0x80, 0x80, 0];
    assert_eq!(file, [EMPTY, b"\0", &size, &content].concat());
    assert_eq!((file.len() - b"\0aot".len()) % 16, 0);
}

const REST: &[u8] = b"\x04\0\0\0\x0d\0\0\0fp-armv8,neon\0\0\0\0\0\0\0aot";
const REST_DIGEST: &str = "f5a62886ebc6883574459c874b004bcf2c5c282aa540eb89b94923a8241ae7ee";

#[test]
fn sections_are_replaced() {
    let [one, other] = [Architecture::X86_64, Architecture::Riscv64].map(Cpu::baseline);
    let old = embed(EMPTY, &[NativeCode { cpu: &one, aot: b"old" }]).expect("it is small");
    let new = [NativeCode { cpu: &one, aot: b"new" }, NativeCode { cpu: &other, aot: b"new" }];
    assert_eq!(embed(&old, &new).expect("it has sections"), embed(EMPTY, &new).expect("so"));
    assert_eq!(strip(&old).expect("it has sections"), EMPTY);
    let twice = embed(EMPTY, &[new[0], new[0]]).expect_err("which one should run?");
    assert_eq!(twice.message(), "the machine code for x86_64 is given twice");
}

#[test]
fn other_sections_stay_as_they_are() {
    // A custom section with another name, and one whose size is encoded in two bytes instead of
    // one.
    let module = [EMPTY, b"\0\x05\x04name", b"\0\x8b\0\x0acwamrc.aot"].concat();
    assert_eq!(strip(&module).expect("it has sections"), module);
    let error = strip(&module[..module.len() - 1]).expect_err("its end is missing");
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("it is ASCII");
        u8::from_str_radix(pair, 16).expect("two digits")
    };
    text.as_bytes().chunks(2).map(byte).collect()
}
