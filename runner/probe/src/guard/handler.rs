//! What happens at an access to memory that can't be touched.
//!
//! Node has a handler of its own for the same signals: it turns the traps of WebAssembly into errors. This
//! one is installed later, looks at addresses in the arena alone, and hands everything else on.

use std::ffi::{c_int, c_void};
use std::io::Error;
use std::mem::{MaybeUninit, transmute};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use super::arena;
use super::record::{self, Access, Touch};
use crate::sites::{FRAMES, Stack, is_chained, offset};

/// Frames of any owner through which the add-on's are looked for.
const DEEPEST: usize = 512;

/// What was there before, for each of [`SIGNALS`].
static PREVIOUS: [OnceLock<libc::sigaction>; 2] = [const { OnceLock::new() }; 2];
const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// Answers whether the handler is there. It runs once.
pub(super) fn install() -> bool {
    SIGNALS.iter().zip(&PREVIOUS).all(|(signal, previous)| {
        // SAFETY: all bytes zero are a valid `sigaction`. The old one is kept before the new one can be called.
        unsafe {
            let mut old = MaybeUninit::<libc::sigaction>::zeroed();
            if libc::sigaction(*signal, null(), old.as_mut_ptr()) != 0 {
                return false;
            }
            let _ = previous.set(old.assume_init());
            let mut new = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            new.sa_sigaction = handle as *const () as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(*signal, &raw const new, null_mut()) == 0
        }
    })
}

unsafe extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's arguments. A signal that was sent by somebody has no address.
    let address = unsafe { if (*info).si_code > 0 { (*info).si_addr().addr() } else { 0 } };
    // SAFETY: with `SA_SIGINFO` the context is that of the code that was interrupted.
    if arena::contains(address) && record::write(&unsafe { look(address, &*context.cast()) }) {
        restore_default(signal);
        // The access is made again, and ends the process by the signal that it deserves.
        return;
    }
    // SAFETY: the kernel's arguments.
    unsafe { hand_on(signal, info, context) }
}

fn restore_default(signal: c_int) {
    // SAFETY: all bytes zero are the default action.
    unsafe {
        let default = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        libc::sigaction(signal, &raw const default, null_mut());
    }
}

/// Does what would have been done without this handler.
///
/// # Safety
/// The arguments are those of the kernel.
unsafe fn hand_on(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let previous = SIGNALS.iter().position(|known| *known == signal).and_then(|index| PREVIOUS[index].get());
    let Some(previous) = previous else { return restore_default(signal) };
    // SAFETY: the caller's contract.
    let sent = unsafe { (*info).si_code <= 0 };
    match previous.sa_sigaction {
        libc::SIG_IGN if sent => {}
        libc::SIG_IGN | libc::SIG_DFL => {
            restore_default(signal);
            if sent {
                // SAFETY: a plain call. What was sent does not come again by itself, as a bad access does.
                unsafe { libc::raise(signal) };
            }
        }
        // SAFETY: it was installed for this signal with these flags.
        handler => unsafe {
            if previous.sa_flags & libc::SA_SIGINFO != 0 {
                let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = transmute(handler);
                handler(signal, info, context);
            } else {
                let handler: extern "C" fn(c_int) = transmute(handler);
                handler(signal);
            }
        },
    }
}

/// What can be read of an access from the interrupted code's registers and stack.
fn look(address: usize, context: &libc::ucontext_t) -> Touch {
    let registers = Registers::of(context);
    let mut touch = Touch {
        address,
        kind: arena::nearest(address).map_or(record::Kind::PastTheEnd, |block| block.kind_of(address)),
        access: registers.access,
        ours: false,
        stack: Stack::EMPTY,
    };
    // All frames are written as return addresses, which stand behind their call.
    if let Some(at) = offset(registers.code) {
        touch.ours = true;
        touch.stack.push(at + 1);
    } else if let Some(back) = offset(registers.back) {
        // A leaf that the add-on called, such as `memcpy`, has made no frame of its own.
        touch.ours = true;
        touch.stack.push(back);
    }
    // The frames between may be Node's, which has frame pointers too. Where one has none, this ends.
    let mut frame = registers.frame;
    let mut ours = touch.ours;
    for _ in 0..DEEPEST {
        // SAFETY: `ours` says that this is the frame pointer of a function of the add-on.
        let Some([next, back]) = (unsafe { peek(frame, ours) }) else { break };
        let back = offset(back);
        ours = back.is_some();
        back.into_iter().for_each(|back| touch.stack.push(back));
        if touch.stack.frames().len() == FRAMES || !is_chained(frame, next) {
            break;
        }
        frame = next;
    }
    touch
}

/// Two words of memory, if they can be read. A bad address is no second signal, unless the words are known
/// to be there: then they are read also where a sandbox refuses the system call.
///
/// # Safety
/// There are two words at `address`, if `known`.
unsafe fn peek(address: usize, known: bool) -> Option<[usize; 2]> {
    let mut words = [0; 2];
    let bytes = size_of_val(&words);
    let to = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: bytes };
    let from = libc::iovec { iov_base: address as *mut c_void, iov_len: bytes };
    // SAFETY: the kernel copies, to our own words.
    let read = unsafe { libc::process_vm_readv(libc::getpid(), &raw const to, 1, &raw const from, 1, 0) };
    if read == bytes as isize {
        return Some(words);
    }
    let refused = Error::last_os_error().raw_os_error() != Some(libc::EFAULT);
    // SAFETY: the caller's contract.
    (known && refused).then(|| unsafe { *(address as *const [usize; 2]) })
}

/// The registers of the interrupted code that say where it is.
struct Registers {
    code: usize,
    frame: usize,
    /// Where a function without a frame of its own would return to.
    back: usize,
    access: Access,
}

impl Registers {
    #[cfg(target_arch = "x86_64")]
    fn of(context: &libc::ucontext_t) -> Registers {
        /// The bit of a page fault's error code that says that it was a write.
        const WRITE: i64 = 2;
        let register = |name: i32| context.uc_mcontext.gregs[name as usize];
        Registers {
            code: register(libc::REG_RIP) as usize,
            frame: register(libc::REG_RBP) as usize,
            // SAFETY: the interrupted code had a stack.
            back: unsafe { *(register(libc::REG_RSP) as *const usize) },
            access: if register(libc::REG_ERR) & WRITE == 0 { Access::Read } else { Access::Write },
        }
    }

    #[cfg(target_arch = "aarch64")]
    fn of(context: &libc::ucontext_t) -> Registers {
        let machine = &context.uc_mcontext;
        let register = |value: u64| value as usize;
        Registers {
            code: register(machine.pc),
            frame: register(machine.regs[29]),
            back: register(machine.regs[30]),
            access: Access::Unknown,
        }
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    fn of(_: &libc::ucontext_t) -> Registers {
        Registers { code: 0, frame: 0, back: 0, access: Access::Unknown }
    }
}
