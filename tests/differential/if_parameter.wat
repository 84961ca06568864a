;; The parameter of an `if` is the result of a comparison, which is kept as a boolean until a number
;; is needed. It was widened after the branch, in a block that was already complete, which caused a
;; panic.
(module
  (func (export "f") (param i32 i32) (result i32)
    (i32.eqz (local.get 0))
    (local.get 1)
    (if (param i32) (result i32) (then (i32.const 10) (i32.add)) (else))))
