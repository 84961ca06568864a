;; Throws from `depth` calls below the function that catches, `times` times. Each exception carries a number, and
;; `run` returns their sum.
(module
  (tag $e (param i32))
  (func $down (param $depth i32) (param $value i32) (result i32)
    (if (i32.eqz (local.get $depth)) (then (throw $e (local.get $value))))
    ;; The addition keeps this from being a tail call.
    (i32.add (call $down (i32.sub (local.get $depth) (i32.const 1)) (local.get $value)) (i32.const 1)))
  (func (export "run") (param $depth i32) (param $times i32) (result i32)
    (local $sum i32)
    (loop $again
      (block $caught (result i32)
        (try_table (catch $e $caught)
          (drop (call $down (local.get $depth) (local.get $times))))
        (unreachable))
      (local.set $sum (i32.add (local.get $sum)))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum)))
