;; Operators that some machines implement with functions of the C compiler's library.
(module
  (func (export "f32_to_u32") (param f32) (result i32) (i32.trunc_f32_u (local.get 0)))
  (func (export "f32_to_u64") (param f32) (result i64) (i64.trunc_f32_u (local.get 0)))
  (func (export "i64_to_f64") (param i64) (result f64) (f64.convert_i64_s (local.get 0)))
  (func (export "u32_to_f32") (param i32) (result f32) (f32.convert_i32_u (local.get 0)))
  (func (export "less") (param f32 f32) (result i32) (f32.lt (local.get 0) (local.get 1))))
