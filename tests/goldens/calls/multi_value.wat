;; All results except the first are returned through pointers that follow the parameters, aligned to
;; at least 4 bytes. The caller has a stack slot for them.
;;! opt-level = 2
;;! show = "clif"

(module
  (func $three (param i32) (result i32 i64 f32)
    (local.get 0) (i64.const 2) (f32.const 3))
  (func (export "f") (result f32)
    (call $three (i32.const 1))
    (return)))

;; function(0) "three"
;; function u0:0(i64, i32, i64, i64) -> i32 system_v {
;; block0(v0: i64, v1: i32, v2: i64, v3: i64):
;;     v7 = iconst.i64 2
;;     v8 = f32const 0x1.800000p1
;;     store notrap v7, v2  ; v7 = 2
;;     store notrap v8, v3  ; v8 = 0x1.800000p1
;;     return v1
;; }
;;
;; function(1) "f"
;; function u0:1(i64) -> f32 system_v {
;;     ss0 = explicit_slot 12, align = 16
;;     sig0 = (i64, i32, i64, i64) -> i32 system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;
;; block0(v0: i64):
;;     v2 = iconst.i32 1
;;     v3 = stack_addr.i64 ss0
;;     v4 = stack_addr.i64 ss0+8
;;     v5 = call fn0(v0, v2, v3, v4)  ; v2 = 1
;;     v6 = stack_addr.i64 ss0
;;     v7 = load.i64 notrap v6
;;     v8 = load.f32 notrap v6+8
;;     return v8
;; }
