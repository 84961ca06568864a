;; Shared memory.
(module
  (memory (export "memory") 1 4 shared)
  (func (export "add") (param i32) (result i32) (i32.atomic.rmw.add (i32.const 0) (local.get 0)))
  (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))
