//! The page of `cwamrc explore`: its content is checked with wasmparser and against what operators
//! must become, and its rendering with Debian's Chromium. `PAGE_SCREENSHOTS=<folder>` keeps the
//! screenshots for inspection.

use std::collections::{BTreeMap, BTreeSet};

use cwamrc::{Architecture, OptLevel, Options};
use serde_json::Value;
use wasmparser::{Operator, Parser, Payload};

/// A small function that is inlined at level 3, one that calls it, and one that traps.
const MODULE: &str = r#"(module
    (import "env" "host" (func $host (param i32) (result i32)))
    (memory 1)
    (func $square (param i32) (result i32)
        local.get 0
        local.get 0
        i32.mul)
    (func $main (export "main") (param i32) (result i32)
        local.get 0
        call $square
        i32.load offset=12
        call $host
        i32.const 7
        i32.xor)
    (func $fail (export "a </script> name") (param i32) (result i32)
        i32.const 1000
        local.get 0
        i32.div_u))"#;

/// Decodes Base64 (RFC 4648).
fn decode(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is no digit"),
    };
    let digits = text.trim_end_matches('=').as_bytes();
    let bytes = digits.chunks(4).flat_map(|group| {
        let bits = group.iter().fold(0, |bits, &byte| bits << 6 | u32::from(digit(byte)));
        let bits = bits << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    });
    bytes.collect()
}

/// The columns of each function, by its symbol. Each line has an offset (−1 for none) and a text.
type Functions = BTreeMap<String, [Vec<(i64, String)>; 3]>;

fn functions(page: &str) -> Functions {
    let start = page.find("id=\"data\">").expect("the page has data") + "id=\"data\">".len();
    let end = start + page[start..].find("</script>").expect("the data ends");
    let data: Value = serde_json::from_str(&page[start..end]).expect("it is JSON");
    let chunks = data["chunks"].as_array().expect("there are chunks").iter().map(|chunk| {
        let packed = decode(chunk.as_str().expect("a chunk is text"));
        let json = miniz_oxide::inflate::decompress_to_vec(&packed).expect("it is packed");
        serde_json::from_slice(&json).expect("it is JSON")
    });
    let chunks: Vec<Value> = chunks.collect();
    let entries = data["functions"].as_array().expect("there are functions").iter();
    let function = |entry: &Value| {
        let at = |index: usize| entry["at"][index].as_u64().expect("a position") as usize;
        let content = &chunks[at(0)][at(1)];
        let columns = ["wasm", "clif", "code"].map(|name| {
            let places = content[name]["places"].as_array().expect("places");
            let text = content[name]["text"].as_array().expect("text");
            assert_eq!(places.len(), text.len());
            let lines = places.iter().zip(text).map(|(place, text)| {
                (place.as_i64().expect("a number"), text.as_str().expect("a text").to_owned())
            });
            lines.collect()
        });
        (entry["symbol"].as_str().expect("a symbol").to_owned(), columns)
    };
    entries.map(function).collect()
}

fn page(architecture: Architecture) -> (Vec<u8>, String) {
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    let options = Options::new().architecture(architecture);
    let page = cwamrc::explore::page(&wasm, &options, "a <b> module").expect("it compiles");
    (wasm, page)
}

/// The offsets of all operators, by function and in order.
fn operators(wasm: &[u8]) -> Vec<Vec<(i64, Operator<'_>)>> {
    let bodies = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => Some(body),
        _ => None,
    });
    let operators = bodies.map(|body| {
        let operators = body.get_operators_reader().expect("it has code").into_iter_with_offsets();
        let operators = operators.map(|each| each.expect("it is valid"));
        operators.map(|(operator, offset)| (offset as i64, operator)).collect()
    });
    operators.collect()
}

#[test]
fn lines_come_from_where_they_say() {
    for &architecture in Architecture::ALL {
        let (wasm, page) = page(architecture);
        let functions = functions(&page);
        let operators = operators(&wasm);
        let all: BTreeSet<i64> = operators.iter().flatten().map(|(offset, _)| *offset).collect();
        for (index, operators) in operators.iter().enumerate() {
            let [text, clif, code] = &functions[&format!("function({})", index + 1)];
            // Each operator except the last `end` has a line at its offset.
            let lines: BTreeMap<i64, &str> =
                text.iter().map(|(at, line)| (*at, line.trim())).collect();
            for (offset, operator) in &operators[..operators.len() - 1] {
                let line = lines.get(offset).unwrap_or_else(|| panic!("{operator:?} at {offset}"));
                let name = format!("{operator:?}").to_lowercase();
                let name = name.split([' ', '{']).next().expect("it has a name").replace('_', "");
                let written = line.split(' ').next().expect("a word").replace(['.', '_'], "");
                assert_eq!(written, name, "{architecture}");
            }
            let places = clif.iter().chain(code).map(|(place, _)| *place);
            assert!(places.filter(|place| *place != -1).all(|place| all.contains(&place)));
        }
    }
}

#[test]
fn operators_are_linked_with_what_becomes_of_them() {
    for &architecture in Architecture::ALL {
        let (wasm, page) = page(architecture);
        let functions = functions(&page);
        let operators = operators(&wasm);
        let place = |function: usize, wanted: fn(&Operator<'_>) -> bool| {
            let found = operators[function].iter().find(|(_, operator)| wanted(operator));
            found.expect("it has the operator").0
        };
        let has = |symbol: &str, column: usize, place: i64, text: &str| {
            let lines = &functions[symbol][column];
            let linked = lines.iter().filter(|(at, _)| *at == place).map(|(_, line)| line);
            let linked: Vec<&String> = linked.collect();
            assert!(linked.iter().any(|line| line.contains(text)), "{architecture}: {linked:?}");
        };
        let mul = place(0, |operator| matches!(operator, Operator::I32Mul));
        has("function(1)", 1, mul, "imul");
        has("function(1)", 2, mul, "mul");
        // Also where it is inlined.
        has("function(2)", 1, mul, "imul");
        has("function(2)", 2, mul, "mul");
        let xor = place(1, |operator| matches!(operator, Operator::I32Xor));
        has("function(2)", 1, xor, "bxor");
        let load = place(1, |operator| matches!(operator, Operator::I32Load { .. }));
        has("function(2)", 1, load, "load.i32");
        let call =
            functions["function(2)"][2].iter().any(|(_, line)| line.contains("; import_thunk(0)"));
        assert!(call, "{architecture}: the callee is named");
        assert!(functions.contains_key("trap_thunk(IntegerDivideByZero)"), "{architecture}");
    }
}

/// A jump table and a constant are printed as data, and nothing after them is lost.
#[test]
fn tables_and_constants_are_no_instructions() {
    let wasm = wat::parse_str(
        r#"(module (func (export "f") (param i32 f64) (result f64)
            (block (block (block (block
                (br_table 0 1 2 3 0 1 2 (local.get 0)))
                (return (f64.mul (local.get 1) (f64.const 1.1))))
                (return (f64.add (local.get 1) (f64.const 2.2))))
                (return (f64.div (local.get 1) (f64.const 3.3))))
            (f64.sub (local.get 1) (f64.const 4.4))))"#,
    )
    .expect("it is a module");
    for &architecture in Architecture::ALL {
        let options = Options::new().architecture(architecture);
        let page = cwamrc::explore::page(&wasm, &options, "data").expect("it compiles");
        let [_, _, code] = &functions(&page)["function(0)"];
        let words = code.iter().map(|(_, line)| line.split_whitespace().nth(1).expect("a word"));
        let words: Vec<&str> = words.collect();
        let entries = words.iter().filter(|word| **word == ".long").count();
        // An entry for each of the six labels, and on some machines one for the default. The table
        // of riscv64 consists of jumps.
        let expected: &[usize] = if architecture == Architecture::Riscv64 { &[0] } else { &[6, 7] };
        assert!(expected.contains(&entries), "{architecture}: {code:#?}");
        let mut table = words.iter().skip_while(|word| **word != ".long");
        let after = table.find(|word| **word != ".long");
        assert!(after.is_none_or(|word| !word.starts_with('.')), "{architecture}: {code:#?}");
        for constant in [1.1_f64, 2.2, 3.3, 4.4] {
            let text = format!("{:#x}", constant.to_bits());
            // Some machines build constants from instructions.
            let quads = code.iter().filter(|(_, line)| line.contains(".quad")).count();
            let found = code.iter().any(|(_, line)| line.ends_with(&text));
            assert!(found || quads == 0, "{architecture}: {text} in {code:#?}");
        }
    }
}

/// A call inside a `try` says where an exception continues, and that place says what it is.
#[test]
fn landing_pads_are_visible() {
    let wasm = wat::parse_str(
        r#"(module (tag $t (param i32))
            (func $throw (param i32) (throw $t (local.get 0)))
            (func (export "f") (param i32) (result i32)
              (block $h (result i32)
                (try_table (catch $t $h) (call $throw (local.get 0)))
                (i32.const 1))))"#,
    )
    .expect("it is a module");
    for &architecture in Architecture::ALL {
        let options = Options::new().architecture(architecture).opt_level(OptLevel::O0);
        let page = cwamrc::explore::page(&wasm, &options, "pads").expect("it compiles");
        let [_, _, code] = &functions(&page)["function(1)"];
        let lines: Vec<&str> = code.iter().map(|(_, line)| line.trim()).collect();
        let call = lines.iter().find_map(|line| line.split_once("exceptions continue at "));
        let (_, pad) = call.unwrap_or_else(|| panic!("{architecture}: {lines:#?}"));
        let pads: Vec<&&str> = lines.iter().filter(|line| line.contains("; landing pad")).collect();
        let [line] = pads[..] else { panic!("{architecture}: {lines:#?}") };
        assert!(line.starts_with(&format!("{pad} ")), "{architecture}: {line}, not {pad}");

        let listings = cwamrc::list(&wasm, &options).expect("it compiles");
        let listing = listings.iter().find(|listing| listing.symbol == "function(1)");
        let assembly = &listing.expect("it is a function").assembly;
        assert!(assembly.contains("  ; landing pad\n"), "{architecture}: {assembly}");
        assert!(assembly.contains("function(0)"), "{architecture}: {assembly}");
        assert!(!assembly.contains("unwind"), "{architecture}: {assembly}");
    }
}

/// The machine code on the page is that of the file.
#[test]
fn the_code_is_that_of_the_file() {
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    for &architecture in Architecture::ALL {
        let options = Options::new().architecture(architecture);
        let listings = cwamrc::list(&wasm, &options).expect("it compiles");
        let artifact = cwamrc::compile(&wasm, &options).expect("it compiles");
        for listing in listings.iter().filter(|listing| listing.calls.is_empty()) {
            let code = &listing.code;
            let found = artifact.bytes().windows(code.len()).any(|window| window == code);
            assert!(found, "{architecture}: {}", listing.symbol);
        }
    }
}

#[test]
fn names_do_not_end_the_script() {
    let (_, page) = page(Architecture::X86_64);
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(page.contains("<title>a &lt;b> module</title>"));
}

mod browser {
    use std::path::Path;
    use std::process::Command;
    use std::{env, fs};

    use cwamrc::Architecture;

    fn chromium(arguments: &[&str]) -> String {
        let mut command = Command::new("chromium");
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"]);
        let done = command.args(arguments).output();
        let done =
            done.expect("there is no chromium; tests/scripts/inputs.sh installs what is missing");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Writes the page with a script that acts like a user.
    fn write(folder: &Path, name: &str, script: &str) -> String {
        let (_, page) = super::page(Architecture::X86_64);
        let path = folder.join(name);
        let script =
            format!("<script>setTimeout(async () => {{ {script} }}, 1000)</script></html>");
        fs::write(&path, page.replace("</html>", &script)).expect("the folder can be written to");
        format!("file://{}", path.display())
    }

    #[test]
    fn everything_is_drawn_and_linked() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let hover = "const lines = [...document.querySelectorAll('section:first-child p')];
            lines.find((line) => line.textContent.includes('i32.xor'))
                .dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
            const search = document.getElementById('search');
            search.value = 'I32.';
            search.dispatchEvent(new Event('input'));";
        let url = write(folder.path(), "page.html", hover);
        let dom = chromium(&["--dump-dom", &format!("{url}#main")]);
        let body = dom.split("id=\"data\"").next().expect("the data comes last");
        assert!(body.contains("(func $main"), "the function of the address is shown");
        assert!(body.contains("<span>fail</span>"), "all functions are listed");
        // The text, IR and machine code of the operator under the mouse.
        assert!(body.matches("class=\"hot").count() >= 3, "{body}");
        // i32.load, i32.const and i32.xor of the text, of which the last is highlighted as well.
        assert!(body.matches("class=\"hit\"").count() >= 2, "{body}");
        assert_eq!(body.matches("class=\"hot hit\"").count(), 1, "{body}");
        assert!(body.contains(" lines</span>"));
    }

    /// A click on a callee in the machine code shows it, and so does one in the text of the module.
    #[test]
    fn calls_are_links() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for pane in ["first", "last"] {
            let script = format!(
                "const links = [...document.querySelectorAll('section:{pane}-child a')];
                const link = links.find((each) => /square|import_thunk|^1$/.test(each.textContent));
                document.title = 'from ' + link.textContent;
                link.click();"
            );
            let name = format!("{pane}.html");
            let url = write(folder.path(), &name, &script);
            let dom = chromium(&["--dump-dom", &format!("{url}#main")]);
            let body = dom.split("id=\"data\"").next().expect("the data comes last");
            let shown = match pane {
                "first" => "(func $square",
                _ => "; aot_invoke_native",
            };
            let panes = body.split("<main").nth(1).expect("there are panes");
            assert!(panes.contains(shown) && !panes.contains("(func $main"), "{pane}: {panes}");
        }
    }

    #[test]
    fn functions_are_ordered_by_size() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let script = "const order = document.getElementById('order');
            order.value = 'size';
            order.dispatchEvent(new Event('change'));";
        let dom = chromium(&["--dump-dom", &write(folder.path(), "page.html", script)]);
        let list = dom.split("id=\"functions\"").nth(1).expect("there is a list");
        let list = list.split("</ul>").next().expect("the list ends");
        let sizes = list.split("</span></button>").filter_map(|item| item.rsplit('>').next());
        let sizes: Vec<u32> = sizes.filter_map(|size| size.parse().ok()).collect();
        assert!(sizes.len() > 4 && sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
        assert!(dom.contains("--target=x86_64 --opt-level=3"), "the options are shown");
    }

    #[test]
    fn all_functions_are_searched() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let script = "const search = document.getElementById('search');
            search.value = 'i32.mul';
            await everywhere();";
        let dom = chromium(&["--dump-dom", &write(folder.path(), "page.html", script)]);
        assert!(
            dom.contains("1 functions</span>"),
            "only one function has the operator in its text"
        );
    }

    #[test]
    fn it_fits_a_phone_and_the_dark() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let url = write(folder.path(), "page.html", "");
        let kept = env::var_os("PAGE_SCREENSHOTS").map_or(folder.path().to_owned(), Into::into);
        let dark = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"];
        for (name, size, flags) in
            [("wide-light", "1400,800", &[][..]), ("phone-dark", "500,800", &dark[..])]
        {
            let file = kept.join(format!("explore-{name}.png"));
            let screenshot = format!("--screenshot={}", file.display());
            let window = format!("--window-size={size}");
            let page = format!("{url}#main");
            chromium(&[&[screenshot.as_str(), window.as_str()], flags, &[page.as_str()]].concat());
            let png = fs::read(&file).expect("chromium wrote a picture");
            assert!(png.starts_with(b"\x89PNG") && png.len() > 10_000, "{} bytes", png.len());
        }
    }
}
