//! `.aot` files assembled by hand: versions, helpers, traps, and calls that WAMR itself handles
//! wrongly.

use crate::assembler::{Aot, FUNCTION, GLOBAL, I32};
use crate::support::runtime;
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::{Helper, RuntimeOption};
use wamr_abi::layout::{exec_env, instance, memory};
use wamr_shim::{Error, FuncType, HostFunc, Instance, InstanceConfig, Runtime, Val, ValType};

/// `(func (export "add") (param i32 i32) (result i32) ...)` as `wamrc` 2.4.3 compiles it: every
/// byte, in lines of 16.
const HELLO: &str = "
    00 61 6f 74 06 00 00 00 00 00 00 00 30 00 00 00
    02 00 00 00 01 00 3e 00 01 00 00 00 00 00 00 00
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    78 38 36 5f 36 34 00 00 00 00 00 00 00 00 00 00
    01 00 00 00 78 00 00 00 00 00 00 00 01 00 00 00
    00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    01 00 00 00 00 00 02 00 01 00 7f 7f 7f 00 00 00
    00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00
    ff ff ff ff ff ff ff ff 00 00 00 00 00 00 00 00
    ff ff ff ff 00 00 00 00 00 00 00 00 ff ff ff ff
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    02 00 00 00 08 00 00 00 00 00 00 00 8d 04 16 c3
    03 00 00 00 14 00 00 00 00 00 00 00 00 00 00 00
    00 00 00 00 02 00 00 00 02 00 00 00 04 00 00 00
    10 00 00 00 01 00 00 00 00 00 00 00 00 00 04 00
    61 64 64 00 05 00 00 00 0c 00 00 00 00 00 00 00
    00 00 00 00 00 00 00 00";

fn hello() -> Vec<u8> {
    let bytes = HELLO.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hex"));
    bytes.collect()
}

fn instantiate(runtime: &Runtime, file: &Aot) -> Instance {
    let module = runtime.load(&file.assemble()).expect("the file loads");
    module.instantiate(&InstanceConfig::default()).expect("it instantiates")
}

fn add(instance: &Instance) -> Result<Vec<Val>, wamr_shim::Trap> {
    instance.call("add", &[Val::I32(3), Val::I32(4)])
}

#[test]
fn hello_runs_as_version_5_and_6() {
    assert_eq!(runtime().aot_version(), 6);
    for version in [5, 6] {
        let mut file = hello();
        file[4] = version;
        let module = runtime().load(&file).expect("the file loads");
        let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");
        assert_eq!(add(&instance), Ok(vec![Val::I32(7)]), "version {version}");
        // The memory that every file has does not belong to the module.
        assert_eq!(instance.memory().map(|memory| memory.len()), Some(0));
    }
}

#[test]
fn the_assembler_of_these_tests_agrees_with_wamrc() {
    assert_eq!(Aot::default().assemble(), hello());
}

#[test]
fn other_versions_name_the_releases_they_were_made_for() {
    for (version, release) in [(3, "2.2.0"), (4, "2.4.0")] {
        let error = runtime().load(&Aot { version, ..Aot::default() }.assemble()).unwrap_err();
        assert!(
            matches!(&error, Error::AotVersion { found, supported: 6, .. } if *found == version)
        );
        assert!(error.to_string().contains(release), "{error}");
    }
    let error = runtime().load(&Aot { version: 99, ..Aot::default() }.assemble()).unwrap_err();
    assert_eq!(error.to_string(), "the file has AOT version 99, this runtime loads 6");
}

#[test]
fn damaged_files_are_errors() {
    let file = hello();
    for length in 0..file.len() {
        let error = runtime().load(&file[..length]).expect_err("part of a file");
        assert!(matches!(error, Error::Load(_)), "{length}: {error}");
    }
    for garbage in
        [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\xff", b"\x7fELF\x02\x01\x01", &[0xff; 100]]
    {
        let error = runtime().load(garbage).expect_err("garbage");
        assert!(matches!(&error, Error::Load(text) if !text.is_empty()), "{garbage:?}");
    }
}

#[test]
fn the_runtime_has_every_helper() {
    let has = |helper: &&Helper| helper.info().needs != Some(RuntimeOption::GarbageCollection);
    let helpers = Helper::ALL.iter().filter(has);
    let native_symbols = helpers.map(|helper| helper.symbol().to_owned()).collect();
    let instance = instantiate(&runtime(), &Aot { native_symbols, ..Aot::default() });
    assert_eq!(add(&instance), Ok(vec![Val::I32(7)]));

    let native_symbols = vec!["no_such_helper".to_owned()];
    let error = runtime().load(&Aot { native_symbols, ..Aot::default() }.assemble()).unwrap_err();
    assert!(error.to_string().contains("missing native symbol"), "{error}");
}

/// Raises the trap whose id is the first argument.
fn trapping() -> Aot {
    let code = [
        // mov rax, [rdi + native_symbol]; mov rdi, [rdi + module_inst]; jmp [rax]
        [0x48, 0x8b, 0x47, exec_env::NATIVE_SYMBOL as u8],
        [0x48, 0x8b, 0x7f, exec_env::MODULE_INST as u8],
        [0xff, 0x20, 0x90, 0x90],
    ];
    Aot {
        code: code.concat(),
        native_symbols: vec![Helper::SetExceptionWithId.symbol().to_owned()],
        ..Aot::default()
    }
}

#[test]
fn traps_have_the_texts_of_the_table() {
    let instance = instantiate(&runtime(), &trapping());
    for &trap in TrapId::ALL {
        if trap == TrapId::AlreadyThrown {
            continue;
        }
        let arguments = [Val::I32(trap.id().cast_signed()), Val::I32(0)];
        let error = instance.call("add", &arguments).unwrap_err();
        assert_eq!(error.message, trap.message(), "{trap:?}");
        assert_eq!(error.frames.len(), 1);
        assert_eq!(error.frames[0].name.as_deref(), Some("add"));
    }
}

#[test]
fn accesses_beyond_the_memory_trap() {
    // mov rax, [rdi + module_inst]; mov rax, [rax + memory_data]; mov eax, [rax + rsi]; ret
    let base = (instance::GLOBAL_TABLE_DATA + memory::MEMORY_DATA).to_le_bytes();
    let code = [
        &[0x48, 0x8b, 0x47, exec_env::MODULE_INST as u8, 0x48, 0x8b, 0x80][..],
        &base,
        &[0x8b, 0x04, 0x30, 0xc3],
    ];
    let instance =
        instantiate(&runtime(), &Aot { pages: 1, code: code.concat(), ..Aot::default() });
    let load = |address| instance.call("add", &[Val::I32(address), Val::I32(0)]);
    let memory = instance.memory().expect("it has one");
    memory.write(65532, &[1, 2, 3, 4]).expect("in bounds");
    assert_eq!(load(65532), Ok(vec![Val::I32(0x0403_0201)]));
    // Without guard pages nothing would stop this code.
    if cfg!(not(feature = "software-bounds-checks")) {
        for address in [65533, 65536, i32::MAX, -1] {
            assert_eq!(load(address).unwrap_err().message, "out of bounds memory access");
        }
    }
    assert_eq!(load(0), Ok(vec![Val::I32(0)]));
}

#[test]
#[cfg(not(feature = "software-bounds-checks"))]
fn endless_native_recursion_is_a_trap() {
    // sub rsp, 1016; call start
    let code = vec![0x48, 0x81, 0xec, 0xf8, 0x03, 0, 0, 0xe8, 0xf4, 0xff, 0xff, 0xff];
    let instance = instantiate(&runtime(), &Aot { code, ..Aot::default() });
    for _ in 0..3 {
        assert_eq!(add(&instance).unwrap_err().message, "native stack overflow");
    }
}

/// A runtime that offers `env.host`, which subtracts, and an empty `env.fail`.
fn subtracting() -> Runtime {
    let runtime = runtime();
    let ty = FuncType::new([ValType::I32, ValType::I32], [ValType::I32]);
    let host = HostFunc::new("host", ty.clone(), |_, arguments| match *arguments {
        [Val::I32(left), Val::I32(right)] => Ok(vec![Val::I32(left - right)]),
        _ => Err("unexpected arguments".to_owned()),
    });
    let fail = HostFunc::new("fail", ty, |_, _| Err("on purpose".to_owned()));
    runtime.register_host_module("env", vec![host, fail]).expect("they fit");
    runtime
}

#[test]
fn code_calls_host_functions() {
    // sub rsp, 24; mov [rsp], esi; mov [rsp + 4], edx; mov rcx, rsp; xor esi, esi; mov edx, 2;
    // mov rax, [rdi + native_symbol]; call [rax]; mov eax, [rsp]; add rsp, 24; ret
    let native_symbol = exec_env::NATIVE_SYMBOL as u8;
    let call = [
        &[0x48, 0x83, 0xec, 24, 0x89, 0x34, 0x24, 0x89, 0x54, 0x24, 4, 0x48, 0x89, 0xe1][..],
        &[0x31, 0xf6, 0xba, 2, 0, 0, 0, 0x48, 0x8b, 0x47, native_symbol, 0xff, 0x10],
        &[0x8b, 0x04, 0x24, 0x48, 0x83, 0xc4, 24, 0xc3],
    ];
    let call = |import| {
        let file = Aot {
            import_functions: vec![("env", import)],
            exports: vec![("add", FUNCTION, 1)],
            code: call.concat(),
            native_symbols: vec![Helper::InvokeNative.symbol().to_owned()],
            ..Aot::default()
        };
        add(&instantiate(&subtracting(), &file)).map_err(|trap| trap.message)
    };
    assert_eq!(call("host"), Ok(vec![Val::I32(-1)]));
    assert_eq!(call("fail"), Err("on purpose".to_owned()));
}

#[test]
fn imports_that_are_exported_again_can_be_called() {
    let file = |name| Aot {
        import_functions: vec![("env", name)],
        exports: vec![("add", FUNCTION, 0)],
        ..Aot::default()
    };
    let call = |file| add(&instantiate(&subtracting(), &file)).map_err(|trap| trap.message);
    assert_eq!(call(file("host")), Ok(vec![Val::I32(-1)]));
    assert_eq!(call(file("fail")), Err("on purpose".to_owned()));
    assert_eq!(call(file("nobody")), Err("failed to call unlinked import function".to_owned()));
    // (**~)i in WAMR's libc-builtin: its pointers would not be converted.
    let memcpy = Aot { ty: (vec![I32; 3], vec![I32]), ..file("memcpy") };
    let instance = instantiate(&subtracting(), &memcpy);
    let trap = instance.call("add", &[Val::I32(0); 3]).unwrap_err();
    assert!(trap.message.contains("it takes pointers"), "{trap}");
    // (i)i: no pointer.
    let toupper = Aot { ty: (vec![I32], vec![I32]), ..file("toupper") };
    let instance = instantiate(&subtracting(), &toupper);
    let letter = |letter: char| Val::I32(u32::from(letter).cast_signed());
    assert_eq!(instance.call("add", &[letter('a')]), Ok(vec![letter('A')]));
}

#[test]
fn exported_globals_are_found_behind_imported_ones() {
    let runtime = runtime();
    runtime.register_host_global("host", "first", Val::I32(11), false);
    runtime.register_host_global("host", "second", Val::I32(22), false);
    let file = Aot {
        import_globals: vec![("host", "first"), ("host", "second")],
        globals: vec![33, 44],
        exports: vec![("a", GLOBAL, 0), ("b", GLOBAL, 1), ("c", GLOBAL, 2), ("d", GLOBAL, 3)],
        ..Aot::default()
    };
    let instance = instantiate(&runtime, &file);
    let values = ["a", "b", "c", "d"].map(|name| instance.global(name));
    assert_eq!(values, [11, 22, 33, 44].map(|value| Some(Val::I32(value))));
    assert_eq!(instance.set_global("d", Val::I32(45)), Ok(()));
    assert_eq!(instance.global("d"), Some(Val::I32(45)));
    assert!(matches!(instance.set_global("a", Val::I32(1)), Err(Error::Global(_))));

    let error = self::runtime().load(&file.assemble()).expect("the file loads");
    let error = error.instantiate(&InstanceConfig::default()).unwrap_err();
    assert!(error.to_string().contains("failed to link import global (host, first)"), "{error}");
}
