;; With hardware bounds checks, a frame larger than a page touches each of its pages in the
;; prologue, so that it cannot skip the guard pages at the end of the stack.
;;! opt-level = 2
;;! show = "asm"
;;! functions = ["function(1)"]
;;! lines = 12

(module
  (func $many (result
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (unreachable))
  (func (export "f") (param i32) (result i64)
    (call $many)
    (return)))

;; function(1) "f"
;;   pushq %rbp
;;   movq %rsp, %rbp
;;   subq $0x1000, %rsp
;;   movl $0x0, (%rsp)
;;   addq $0x1000, %rsp
;;   subq $0x1850, %rsp
;;   movq %rbx, 0x1820(%rsp)
;;   movq %r12, 0x1828(%rsp)
;;   movq %r13, 0x1830(%rsp)
;;   movq %r14, 0x1838(%rsp)
;;   movq %r15, 0x1840(%rsp)
;; block0:
