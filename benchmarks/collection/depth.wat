;; Calls itself until a stack is full. Each call needs one reference afterwards.
(module
  (type $box (struct (field i32)))
  (global $calls (mut i32) (i32.const 0))
  (func $down (param $mine (ref $box)) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.add
      (call $down (struct.new $box (global.get $calls)))
      (struct.get $box 0 (local.get $mine))))
  (func (export "run") (param i32) (result i32) (call $down (struct.new $box (local.get 0))))
  (func (export "calls") (param i32) (result i32) (global.get $calls)))
