;; A trapping conversion compares with the limits, and converts with saturation, which cannot trap.
;; The cold path distinguishes a NaN from a number that is too large.
;;! show = "clif"

(module
  (func (export "i32_f64_s") (param f64) (result i32)
    (i32.trunc_f64_s (local.get 0)))
  (func (export "i64_f32_u") (param f32) (result i64)
    (i64.trunc_f32_u (local.get 0)))
  (func (export "i32_f32_s") (param f32) (result i32)
    (i32.trunc_f32_s (local.get 0)))
  (func (export "saturating") (param f32) (result i32)
    (i32.trunc_sat_f32_s (local.get 0))))

;; function(0) "i32_f64_s"
;; function u0:0(i64, f64) -> i32 system_v {
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:5 sig0 ; trap_thunk(InvalidConversionToInteger)
;;     fn1 = colocated u3:3 sig1 ; trap_thunk(IntegerOverflow)
;;
;; block0(v0: i64, v1: f64):
;;     v3 = f64const -0x1.0000000200000p31
;;     v4 = f64const 0x1.0000000000000p31
;;     v5 = fcmp gt v1, v3  ; v3 = -0x1.0000000200000p31
;;     v6 = fcmp lt v1, v4  ; v4 = 0x1.0000000000000p31
;;     v7 = band v5, v6
;;     brif v7, block2, block3
;;
;; block3 cold:
;;     v8 = fcmp.f64 uno v1, v1
;;     brif v8, block4, block5
;;
;; block2:
;;     v9 = fcvt_to_sint_sat.i32 v1
;;     return v9
;;
;; block4 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block5 cold:
;;     call fn1(v0)
;;     trap user1
;; }
;;
;; function(1) "i64_f32_u"
;; function u0:1(i64, f32) -> i64 system_v {
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:5 sig0 ; trap_thunk(InvalidConversionToInteger)
;;     fn1 = colocated u3:3 sig1 ; trap_thunk(IntegerOverflow)
;;
;; block0(v0: i64, v1: f32):
;;     v3 = f32const -0x1.000000p0
;;     v4 = f32const 0x1.000000p64
;;     v5 = fcmp gt v1, v3  ; v3 = -0x1.000000p0
;;     v6 = fcmp lt v1, v4  ; v4 = 0x1.000000p64
;;     v7 = band v5, v6
;;     brif v7, block2, block3
;;
;; block3 cold:
;;     v8 = fcmp.f32 uno v1, v1
;;     brif v8, block4, block5
;;
;; block2:
;;     v9 = fcvt_to_uint_sat.i64 v1
;;     return v9
;;
;; block4 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block5 cold:
;;     call fn1(v0)
;;     trap user1
;; }
;;
;; function(2) "i32_f32_s"
;; function u0:2(i64, f32) -> i32 system_v {
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:5 sig0 ; trap_thunk(InvalidConversionToInteger)
;;     fn1 = colocated u3:3 sig1 ; trap_thunk(IntegerOverflow)
;;
;; block0(v0: i64, v1: f32):
;;     v3 = f32const -0x1.000000p31
;;     v4 = f32const 0x1.000000p31
;;     v5 = fcmp ge v1, v3  ; v3 = -0x1.000000p31
;;     v6 = fcmp lt v1, v4  ; v4 = 0x1.000000p31
;;     v7 = band v5, v6
;;     brif v7, block2, block3
;;
;; block3 cold:
;;     v8 = fcmp.f32 uno v1, v1
;;     brif v8, block4, block5
;;
;; block2:
;;     v9 = fcvt_to_sint_sat.i32 v1
;;     return v9
;;
;; block4 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block5 cold:
;;     call fn1(v0)
;;     trap user1
;; }
;;
;; function(3) "saturating"
;; function u0:3(i64, f32) -> i32 system_v {
;; block0(v0: i64, v1: f32):
;;     v3 = fcvt_to_sint_sat.i32 v1
;;     return v3
;; }
