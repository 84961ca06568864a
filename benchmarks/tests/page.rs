//! The page in a browser: Debian's Chromium, headless, must draw all of it, in light and dark, wide
//! and as narrow as a phone. `PAGE_SCREENSHOTS=<folder>` keeps the pictures for inspection.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Two programs, four contestants, one of which failed with text that would end a script.
const RESULTS: &str = include_str!("page/results.json");

fn render(folder: &Path) -> String {
    let json = folder.join("results.json");
    let page = folder.join("page.html");
    fs::write(&json, RESULTS).expect("the folder can be written to");
    let done = Command::new(env!("CARGO_BIN_EXE_benchmarks"))
        .arg("render")
        .arg(&json)
        .arg("--html")
        .arg(&page)
        .output()
        .expect("the benchmarks start");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    format!("file://{}", page.display())
}

fn chromium(arguments: &[&str]) -> String {
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"]);
    let done = command.args(arguments).output();
    let done =
        done.expect("there is no chromium; tests/scripts/inputs.sh installs what is missing");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// What the script made of the data, counted in the document that it leaves.
#[test]
fn everything_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let dom = chromium(&["--dump-dom", &render(folder.path())]);
    let count = |text: &str| dom.matches(text).count();
    assert_eq!(count("<circle class=\"point\""), 3, "one point for each contestant that ran");
    assert_eq!(count("<tr class=\"failure\">"), 1);
    assert_eq!(count("<tr class=\"goal\">"), 5);
    assert_eq!(count("<h3>"), 4, "two programs, once by figure and once by size");
    // cwamrc, wamrc and native run `alpha`, the first two `beta`; two each have a file.
    assert_eq!(count("<div class=\"bar\""), 3 + 2 + 2 + 2);
    assert!(dom.contains("wrong output: &lt;/script&gt;"), "the reason is text");
}

#[test]
fn it_fits_a_phone_and_the_dark() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let url = render(folder.path());
    let kept = env::var_os("PAGE_SCREENSHOTS").map_or(folder.path().to_owned(), Into::into);
    for (name, size, flags) in [
        ("wide-light", "1200,2200", &[][..]),
        (
            "phone-dark",
            "500,2600",
            &["--force-dark-mode", "--blink-settings=preferredColorScheme=0"],
        ),
    ] {
        let file = kept.join(format!("{name}.png"));
        let screenshot = format!("--screenshot={}", file.display());
        let window = format!("--window-size={size}");
        let all = [&[screenshot.as_str(), window.as_str()], flags, &[url.as_str()]].concat();
        chromium(&all);
        let png = fs::read(&file).expect("chromium wrote a picture");
        assert!(png.starts_with(b"\x89PNG") && png.len() > 20_000, "{} bytes", png.len());
    }
}
