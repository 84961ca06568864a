//! Arbitrary bytes as the text of a table of costs, and as options in JSON: a value or a typed
//! error, and whatever was read can be written and read again.

use cwamrc::instrument::{Costs, Gas, Instrumentation};
use cwamrc::{CallStacks, ErrorKind, Options};

pub(super) fn costs(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Costs::parse(&text) {
        Ok(costs) => {
            let again = Costs::parse(&costs.to_string());
            assert_eq!(again.as_ref(), Ok(&costs), "another table");
        }
        Err(error) => assert!(error.line <= text.lines().count(), "{error}"),
    }
}

pub(super) fn costs_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "# comment\ni32.div_s = 20\ndefault = 1\nfunction = 2\n",
        "select = 3 # three of them\nmemory.fill=7\n\n v128.load = 0",
        "default = 4294967295",
        "i32.add = 1\ni32.add = 2",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

pub(super) fn options(data: &[u8]) {
    let Ok(options) = serde_json::from_slice::<Options>(data) else { return };
    let text = serde_json::to_string(&options).expect("options are data");
    let again: Options = serde_json::from_str(&text).expect("what was written can be read");
    assert_eq!(again, options, "other options");
    // Any options compile a module, or are refused by name.
    let wasm = wat::parse_str("(module (memory 1) (func (export \"f\") (call 0)))");
    let wasm = wasm.expect("the text is right");
    let threads = options.threads.map(|_| std::num::NonZeroUsize::MIN);
    let mut options = options;
    options.threads = threads;
    if let Err(error) = cwamrc::compile(&wasm, &options) {
        assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    }
}

pub(super) fn options_seeds() -> Vec<Vec<u8>> {
    let mut complete = Options::new().call_stacks(CallStacks::complete());
    complete.emit_custom_sections = vec!["name".to_owned()];
    complete.builtin_intrinsics = "i64.common,fpxint".parse().expect("they are known");
    complete.instrumentation = Instrumentation::new().gas(Gas::new());
    [Options::new(), complete]
        .map(|options| serde_json::to_vec(&options).expect("options are data"))
        .into()
}
