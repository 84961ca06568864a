//! The layout of the sections, against what `docs/universal-files.md` says.

use cwamrc::universal::{NativeCode, embed, strip};
use cwamrc::{Architecture, Cpu, ErrorKind};

const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// The digests are those of Python's `hashlib.blake2b(data, digest_size=32)`.
#[test]
fn byte_by_byte() {
    let cpu = Cpu::baseline(Architecture::Aarch64);
    let file = embed(EMPTY, &[NativeCode { cpu: &cpu, aot: b"\0aot" }]).expect("it is small");
    let content = [
        &b"\x12cwamrc.aot.aarch64\x01\0\0\0"[..],
        &hex("f6a5dbf080e9c9d7834145653bce4c8cded62e664d7ddcdb5c526f5877006d74"),
        &hex(REST_DIGEST),
        REST,
    ]
    .concat();
    // The number in five bytes, as WebAssembly allows it.
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
    assert_eq!(twice.message(), "two codes for x86_64");
}

#[test]
fn other_sections_stay_as_they_are() {
    // A custom section with another name, and one whose size is encoded in two bytes for one.
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
