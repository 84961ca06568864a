;; A comparison remains a boolean as long as only branches and selects use it. It is widened to an
;; i32 only where a value is needed.
;;! show = "clif"

(module
  (func (export "branch") (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (i32.lt_s (local.get 0) (local.get 1)))
      (then (i32.const 1))
      (else (select (i32.const 2) (i32.const 3) (i32.gt_u (local.get 0) (local.get 1))))))
  (func (export "value") (param f64 f64) (result i32)
    (f64.lt (local.get 0) (local.get 1))))

;; function(0) "branch"
;; function u0:0(i64, i32, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32, v2: i32):
;;     v4 = icmp slt v1, v2
;;     v5 = iconst.i8 0
;;     v6 = icmp eq v4, v5  ; v5 = 0
;;     brif v6, block2, block4
;;
;; block2:
;;     v8 = iconst.i32 1
;;     jump block3(v8)  ; v8 = 1
;;
;; block4:
;;     v9 = iconst.i32 2
;;     v10 = iconst.i32 3
;;     v11 = icmp.i32 ugt v1, v2
;;     v12 = select v11, v9, v10  ; v9 = 2, v10 = 3
;;     jump block3(v12)
;;
;; block3(v7: i32):
;;     return v7
;; }
;;
;; function(1) "value"
;; function u0:1(i64, f64, f64) -> i32 system_v {
;; block0(v0: i64, v1: f64, v2: f64):
;;     v4 = fcmp lt v1, v2
;;     v5 = uextend.i32 v4
;;     return v5
;; }
