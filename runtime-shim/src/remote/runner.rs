//! The process of a runner, and the messages exchanged with it.

use super::remote_instance::RemoteAccess;
use super::wire::{HOST_CALL, REPLY, Reader, Request, Writer};
use crate::ffi;
use crate::host;
use crate::lock::ReentrantLock;
use crate::module::{ModuleInner, Place};
use crate::types::References;
use crate::universal::{self, Choice, Trust};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// How long a runner may take to end once its socket is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the standard streams of a runner are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Streams {
    /// Input and output are its sockets.
    Sockets,
    /// Those of this process, so that a program in the runner can use them.
    #[cfg_attr(
        not(feature = "gc"),
        expect(dead_code, reason = "only runners with GC run programs")
    )]
    Inherited,
}

/// Lets the command have these sockets, and tells it their numbers.
fn keep_open(command: &mut Command, sockets: [&UnixStream; 2]) {
    let numbers = sockets.map(AsRawFd::as_raw_fd);
    command.args(numbers.map(|number| number.to_string()));
    let keep = move || {
        let close_on_exec = numbers.map(|number| {
            // SAFETY: the socket is open, and this changes only the new process.
            unsafe { ffi::fcntl(number, ffi::F_SETFD, 0) }
        });
        if close_on_exec.contains(&-1) { Err(io::Error::last_os_error()) } else { Ok(()) }
    };
    // SAFETY: between fork and exec, it makes system calls only.
    unsafe { command.pre_exec(keep) };
}

/// A process that contains a runtime.
pub(crate) struct Runner {
    /// Shut down before waiting for the process.
    socket: UnixStream,
    /// For instances to terminate while a request is running.
    control: Mutex<UnixStream>,
    child: Mutex<Child>,
    aot_version: u32,
    references: References,
    /// Held during every request; also the lock of every instance.
    pub(super) lock: Arc<ReentrantLock>,
    /// The modules whose host functions may be called, by the module's number in the runner.
    pub(super) modules: Mutex<HashMap<u64, Weak<ModuleInner>>>,
}

impl Runner {
    /// The part of `bytes`, a universal file, to load in the runner, as a choice and a range.
    pub(crate) fn choose(&self, bytes: &[u8], trust: &Trust) -> (Choice, Range<usize>) {
        let mut message = Writer::new(Request::Choose);
        let is_in_some = *trust != Trust::Nobody;
        message.bytes(bytes).u8(is_in_some.into()).u8(trust.covers_all().into());
        message.bytes(trust.keys().as_flattened());
        let mut reply = self.request(&mut message);
        let choice = Choice::from_number(reply.u32());
        let start = reply.u32() as usize;
        let code = start..start + reply.u32() as usize;
        // The runner has assumed that the signature is valid.
        if reply.bool() {
            let (signature, message) = (reply.bytes().to_vec(), reply.bytes().to_vec());
            if !universal::is_signed(&signature, &message, reply.bytes()) {
                return (Choice::Forged, 0..bytes.len());
            }
        }
        (choice, code)
    }

    /// Starts the process, and waits until its runtime is set up.
    pub(crate) fn start(
        mut command: Command,
        streams: Streams,
        stack_size: usize,
        gc_heap_size: u32,
    ) -> Result<Runner, String> {
        let shown = format!("{command:?}");
        let fail = |error: io::Error| format!("{shown}: {error}");
        let (socket, theirs) = UnixStream::pair().map_err(fail)?;
        let (control, their_control) = UnixStream::pair().map_err(fail)?;
        command.arg(stack_size.to_string()).arg(gc_heap_size.to_string());
        let child = match streams {
            Streams::Sockets => {
                command.stdin(OwnedFd::from(theirs)).stdout(OwnedFd::from(their_control));
                command.spawn()
            }
            Streams::Inherited => {
                keep_open(&mut command, [&theirs, &their_control]);
                command.spawn()
            }
        };
        let child = child.map_err(fail)?;
        // The command holds the other ends of the sockets, which would otherwise never close.
        drop(command);
        let mut runner = Runner {
            socket,
            control: Mutex::new(control),
            child: Mutex::new(child),
            aot_version: 0,
            references: References::Numbers,
            lock: Arc::default(),
            modules: Mutex::default(),
        };
        match runner.receive() {
            Ok(mut hello) => {
                runner.aot_version = hello.u32();
                if hello.bool() {
                    runner.references = References::Objects;
                }
            }
            Err(error) => return Err(format!("{shown}: {}", runner.how_it_ended(&error))),
        }
        Ok(runner)
    }

    pub(crate) fn aot_version(&self) -> u32 {
        self.aot_version
    }

    pub(crate) fn references(&self) -> References {
        self.references
    }

    pub(super) fn modules(&self) -> MutexGuard<'_, HashMap<u64, Weak<ModuleInner>>> {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request, calls the host functions that it asks for, and returns the reply.
    ///
    /// # Panics
    /// If the process has ended.
    pub(super) fn request(&self, message: &mut Writer) -> Reader {
        match self.try_request(message) {
            Ok(reply) => reply,
            Err(error) => panic!("{}", self.how_it_ended(&error)),
        }
    }

    /// Like [`Runner::request`], for destructors: it does not panic.
    pub(super) fn try_request(&self, message: &mut Writer) -> io::Result<Reader> {
        let _lock = self.lock.lock();
        self.send(message)?;
        loop {
            let mut answer = self.receive()?;
            match answer.u8() {
                REPLY => return Ok(answer),
                HOST_CALL => self.send(&mut self.call_host(&mut answer))?,
                other => unreachable!("a message of kind {other}"),
            }
        }
    }

    /// Asks the running call of an instance on another thread, and the threads of the module, to
    /// end.
    pub(super) fn terminate(&self, instance: u64) -> io::Result<()> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        // The runner is for a machine of the same byte order.
        control.write_all(&instance.to_le_bytes())?;
        control.read_exact(&mut [0; 8])
    }

    fn send(&self, message: &mut Writer) -> io::Result<()> {
        (&self.socket).write_all(message.finish())
    }

    fn receive(&self) -> io::Result<Reader> {
        let mut length = [0; 4];
        (&self.socket).read_exact(&mut length)?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        (&self.socket).read_exact(&mut bytes)?;
        Ok(Reader::new(bytes))
    }

    /// Handles a host call: number of the function, instance, module, arguments -> the message that
    /// ends the call.
    fn call_host(&self, call: &mut Reader) -> Writer {
        let function = call.u32() as usize;
        let (instance, module) = (call.u64(), call.u64());
        let arguments = call.list(Reader::u64);
        let module = self.modules().get(&module).and_then(Weak::upgrade);
        let module = module.expect("a module lives as long as its instances");
        let Place::Runner(remote) = &module.place else { unreachable!("it is a runner's module") };
        let function = Arc::clone(&module.functions[function]);
        let runner = Arc::clone(&remote.runner);
        let access = RemoteAccess::new(runner, module, instance);
        match host::answer(&function, access.context(), &arguments) {
            Ok(result) => {
                let mut message = Writer::new(Request::Return);
                message.u8(result.is_some().into()).u64(result.unwrap_or(0));
                message
            }
            Err(text) => {
                let mut message = Writer::new(Request::Fail);
                message.string(&text);
                message
            }
        }
    }

    fn how_it_ended(&self, error: &io::Error) -> String {
        let status = self.child.lock().unwrap_or_else(PoisonError::into_inner).wait();
        match status {
            Ok(status) => format!("the runner ended: {status}"),
            Err(_) => format!("the runner does not answer: {error}"),
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // The process ends when its socket closes. If that fails, nothing can be done.
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let deadline = Instant::now() + PATIENCE;
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = child.kill();
            }
            thread::sleep(Duration::from_micros(200));
        }
    }
}
