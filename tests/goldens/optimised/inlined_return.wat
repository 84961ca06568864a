;;! show = "clif"
;;! functions = ["function(1)"]

;; A return from an inlined body is a branch to the code after the call.

(module
  (func $clamp (param i32) (result i32)
    (if (i32.gt_s (local.get 0) (i32.const 255)) (then (return (i32.const 255))))
    (local.get 0))
  (func $add (param i32 i32) (result i32)
    (call $clamp (i32.add (local.get 0) (local.get 1)))))

;; function(1) "add"
;; function u0:1(i64, i32, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32, v2: i32):
;;     v4 = iadd v1, v2
;;     v6 = iconst.i32 255
;;     v7 = icmp sgt v4, v6  ; v6 = 255
;;     brif v7, block3, block4
;;
;; block3:
;;     v8 = iconst.i32 255
;;     jump block2(v8)  ; v8 = 255
;;
;; block4:
;;     jump block2(v4)
;;
;; block2(v5: i32):
;;     return v5
;; }
