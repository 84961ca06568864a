//! Programs with values that were worked out by hand.

use closure_lang::run;

#[track_caller]
fn gives(program: &str, value: i32) {
    assert_eq!(run(program), Ok(value), "{program}");
}

#[test]
fn integers() {
    gives("1 + 2 * 3 - 4", 3);
    gives("if 2 < 1 then 10 else 20", 20);
    gives("let x = 5 in let y = x * x in y == 25", 1);
}

#[test]
fn functions_capture_variables() {
    gives("let add = fun x -> fun y -> x + y in let inc = add 1 in inc (inc 40)", 42);
    gives("let twice = fun f -> fun x -> f (f x) in twice twice (fun n -> n * 2) 1", 16);
    gives("let rec fib = fun n -> if n < 2 then n else fib (n - 1) + fib (n - 2) in fib 20", 6765);
}

#[test]
fn records_have_fields() {
    gives("let p = { x = 3, y = 4 } in p.x * p.x + p.y * p.y", 25);
    gives("let get = fun r -> r.a in get { a = 1 } * 10 + get { b = 2, a = 3 }", 13);
    gives("{ outer = { inner = fun n -> n + 1 } }.outer.inner 6", 7);
}

/// 500,000 nodes of lists do not fit into the heap, unless they are collected.
#[test]
fn what_is_not_needed_is_collected() {
    let program = "
        let rec list = fun n -> fun rest ->
          if n == 0 then rest else list (n - 1) { end = 0, head = n, tail = rest } in
        let rec sum = fun l -> fun total -> if l.end then total else sum l.tail (total + l.head) in
        let rec often = fun n -> fun total ->
          if n == 0 then total else often (n - 1) (total + sum (list 1000 { end = 1 }) 0) in
        often 500 0";
    gives(program, 500 * 500_500);
}

#[test]
fn wrong_programs_have_messages() {
    assert_eq!(run("1 +"), Err("expected a name".to_owned()));
    assert_eq!(run("x"), Err("x is not defined".to_owned()));
    assert_eq!(run("(fun x -> x) + 1"), Err("cast failure".to_owned()));
    assert_eq!(run("{ a = 1 }.b"), Err("unreachable".to_owned()));
}
