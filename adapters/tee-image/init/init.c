/*
 * The first process of an enclave. It mounts what Node needs, loads the kernel's modules, starts the agent
 * without privileges, and carries bytes for it, since Node knows neither vsock nor the security module:
 *
 *   vsock port 5005        <-> /run/agent/channel.sock, where the agent listens
 *   /run/agent/nsm.sock    <-> /dev/nsm: a length (4 bytes, big-endian) and CBOR, each way
 *
 * When any of these ends, the enclave ends: a new start is a new identity.
 *
 * No C library: what is measured is this file, a compiler of one known version, and nothing else.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define NULL ((void *)0)
#define AGENT_ID 1000
#define CHANNEL_PORT 5005
#define MAX_CONNECTIONS 32
#define AGENT_START_TRIES 1200 /* 2 minutes: emulation is slow */

/* Numbers of the x86-64 system calls (arch/x86/entry/syscalls/syscall_64.tbl). */
enum {
  SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_ioctl = 16, SYS_dup2 = 33,
  SYS_nanosleep = 35, SYS_socket = 41, SYS_connect = 42, SYS_accept = 43, SYS_shutdown = 48, SYS_bind = 49,
  SYS_listen = 50, SYS_setsockopt = 54, SYS_fork = 57, SYS_execve = 59, SYS_exit = 60, SYS_wait4 = 61,
  SYS_mkdir = 83, SYS_chown = 92, SYS_setuid = 105, SYS_setgid = 106, SYS_setgroups = 116, SYS_prctl = 157,
  SYS_setrlimit = 160, SYS_mount = 165, SYS_reboot = 169, SYS_finit_module = 313
};

enum { AF_UNIX = 1, AF_VSOCK = 40, SOCK_STREAM = 1, SHUT_WR = 1, WNOHANG = 1, O_RDWR = 2 };
enum { MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8 };
enum { RLIMIT_CORE = 4, PR_SET_DUMPABLE = 4, PR_SET_NO_NEW_PRIVS = 38 };
#define MODULE_COMPRESSED 4 /* include/uapi/linux/module.h */
#define NSM_RAW 0xc0200a00u /* include/uapi/linux/nsm.h */
#define NSM_REQUEST_MAX 0x1000
#define NSM_RESPONSE_MAX 0x3000
#define ANY_CID 0xffffffffu
#define PARENT_CID 3
#define HEARTBEAT_PORT 9000
#define HEARTBEAT 0xb7

long sys(long number, ...);
__asm__(".globl sys\n"
        "sys:\n"
        "mov %rdi, %rax\n"
        "mov %rsi, %rdi\n"
        "mov %rdx, %rsi\n"
        "mov %rcx, %rdx\n"
        "mov %r8, %r10\n"
        "mov %r9, %r8\n"
        "syscall\n"
        "ret\n"
        ".globl _start\n"
        "_start:\n"
        "xor %ebp, %ebp\n"
        "and $-16, %rsp\n"
        "call run\n");

struct sockaddr_un { u16 family; char path[108]; };
struct sockaddr_vm { u16 family; u16 reserved; u32 port; u32 cid; u32 zero; };
struct span { u64 at; u64 length; };
struct nsm_raw { struct span request; struct span response; };
struct rlimit { u64 soft; u64 hard; };
struct timespec { long seconds; long nanoseconds; };

/* Compilers may call it for structures. */
void *memset(void *to, int value, u64 length) {
  for (u64 at = 0; at < length; at++) ((u8 *)to)[at] = (u8)value;
  return to;
}

static u64 length_of(const char *text) {
  u64 length = 0;
  while (text[length]) length++;
  return length;
}

static void say(const char *text) {
  sys(SYS_write, 2, text, length_of(text));
  sys(SYS_write, 2, "\n", 1);
}

static void quit(const char *why) {
  say(why);
  sys(SYS_exit, 1);
}

static int write_all(long to, const u8 *bytes, long length) {
  while (length > 0) {
    long written = sys(SYS_write, to, bytes, length);
    if (written <= 0) return 0;
    bytes += written;
    length -= written;
  }
  return 1;
}

static int read_all(long from, u8 *bytes, long length) {
  while (length > 0) {
    long got = sys(SYS_read, from, bytes, length);
    if (got <= 0) return 0;
    bytes += got;
    length -= got;
  }
  return 1;
}

static long unix_socket(struct sockaddr_un *address, const char *path) {
  memset(address, 0, sizeof *address);
  address->family = AF_UNIX;
  for (u64 at = 0; path[at]; at++) address->path[at] = path[at];
  return sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static long vsock_socket(struct sockaddr_vm *address, u32 cid, u32 port) {
  memset(address, 0, sizeof *address);
  address->family = AF_VSOCK;
  address->cid = cid;
  address->port = port;
  return sys(SYS_socket, AF_VSOCK, SOCK_STREAM, 0);
}

static void load(const char *path) {
  long module = sys(SYS_open, path, 0, 0);
  if (module < 0) return; /* this kernel has it built in, or does without */
  if (sys(SYS_finit_module, module, "", MODULE_COMPRESSED) < 0) say("init: a module did not load");
  sys(SYS_close, module);
}

static void mount(const char *type, const char *path, long flags) {
  sys(SYS_mkdir, path, 0755);
  if (sys(SYS_mount, type, path, type, flags, type[0] == 't' ? "mode=0755" : NULL) < 0)
    quit("init: a file system did not mount");
}

/*
 * One direction of a connection, until its end. In small pieces: of larger ones vhost-device-vsock 0.3.0 loses
 * a part when the host reads slowly.
 */
static void pump(long from, long to) {
  static u8 buffer[4096];
  long got;
  while ((got = sys(SYS_read, from, buffer, sizeof buffer)) > 0)
    if (!write_all(to, buffer, got)) break;
  sys(SYS_shutdown, to, SHUT_WR);
  sys(SYS_exit, 0);
}

static void carry(long outside) {
  struct sockaddr_un address;
  struct timespec pause;
  pause.seconds = 0, pause.nanoseconds = 100000000;
  long inside = unix_socket(&address, "/run/agent/channel.sock");
  for (int tries = 0; sys(SYS_connect, inside, &address, sizeof address) < 0; tries++) {
    if (tries == AGENT_START_TRIES) sys(SYS_exit, 0);
    sys(SYS_nanosleep, &pause, NULL); /* the agent does not listen yet */
  }
  if (sys(SYS_fork) == 0) pump(inside, outside);
  pump(outside, inside);
}

static void relay_channel(void) {
  struct sockaddr_vm address;
  long listener = vsock_socket(&address, ANY_CID, CHANNEL_PORT);
  if (sys(SYS_bind, listener, &address, sizeof address) < 0) quit("init: no vsock");
  if (sys(SYS_listen, listener, 16) < 0) quit("init: vsock does not listen");
  say("init: started"); /* whoever booted the machine may connect from now on */
  for (int open = 0;;) {
    long outside = sys(SYS_accept, listener, NULL, NULL);
    if (outside < 0) continue;
    while (open > 0 && sys(SYS_wait4, -1, NULL, open < MAX_CONNECTIONS ? WNOHANG : 0, NULL) > 0) open--;
    if (sys(SYS_fork) == 0) {
      sys(SYS_close, listener);
      carry(outside);
    }
    open++;
    sys(SYS_close, outside);
  }
}

static void answer_nsm(long device, long client) {
  static u8 request[NSM_REQUEST_MAX], response[NSM_RESPONSE_MAX];
  u8 head[4];
  while (read_all(client, head, 4)) {
    u64 length = (u64)head[0] << 24 | (u64)head[1] << 16 | (u64)head[2] << 8 | head[3];
    if (length == 0 || length > sizeof request || !read_all(client, request, length)) return;
    struct nsm_raw message;
    message.request.at = (u64)request;
    message.request.length = length;
    message.response.at = (u64)response;
    message.response.length = sizeof response;
    if (sys(SYS_ioctl, device, NSM_RAW, &message) < 0) return;
    length = message.response.length;
    head[0] = (u8)(length >> 24), head[1] = (u8)(length >> 16), head[2] = (u8)(length >> 8), head[3] = (u8)length;
    if (!write_all(client, head, 4) || !write_all(client, response, length)) return;
  }
}

/* One client at a time: the agent. */
static void relay_nsm(void) {
  struct sockaddr_un address;
  long device = sys(SYS_open, "/dev/nsm", O_RDWR, 0);
  long listener = unix_socket(&address, "/run/agent/nsm.sock");
  if (sys(SYS_bind, listener, &address, sizeof address) < 0) quit("init: no socket for the security module");
  sys(SYS_chown, "/run/agent/nsm.sock", AGENT_ID, AGENT_ID);
  sys(SYS_listen, listener, 16);
  if (device < 0) say("init: no security module; evidence will be refused");
  for (;;) {
    long client = sys(SYS_accept, listener, NULL, NULL);
    if (client < 0) continue;
    if (device >= 0) answer_nsm(device, client);
    sys(SYS_close, client);
  }
}

/* A Nitro host waits for this before it calls an enclave started. Others do not answer. */
static void heartbeat(void) {
  struct sockaddr_vm address;
  u8 beat = HEARTBEAT;
  long host = vsock_socket(&address, PARENT_CID, HEARTBEAT_PORT);
  if (sys(SYS_connect, host, &address, sizeof address) == 0 && write_all(host, &beat, 1)) read_all(host, &beat, 1);
  sys(SYS_exit, 0);
}

static void be_agent(void) {
  static const char *const arguments[] = {"/usr/bin/node", "/app/main.js", NULL};
  static const char *const environment[] = {
    "PATH=/usr/bin", "HOME=/run/agent", "TZ=UTC", "NODE_ENV=production",
    "CLOISTER_CHANNEL=/run/agent/channel.sock", "CLOISTER_NSM=/run/agent/nsm.sock", NULL
  };
  struct rlimit none;
  none.soft = none.hard = 0;
  sys(SYS_setrlimit, RLIMIT_CORE, &none);
  sys(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (sys(SYS_setgroups, 0, NULL) < 0 || sys(SYS_setgid, AGENT_ID) < 0 || sys(SYS_setuid, AGENT_ID) < 0)
    quit("init: privileges were not dropped");
  sys(SYS_execve, arguments[0], arguments, environment);
  quit("init: the agent did not start");
}

static long start(void (*part)(void)) {
  long process = sys(SYS_fork);
  if (process == 0) {
    part();
    sys(SYS_exit, 1);
  }
  return process;
}

void run(void) {
  mount("devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC);
  long console = sys(SYS_open, "/dev/console", O_RDWR, 0);
  for (long stream = 0; console >= 0 && stream < 3; stream++) sys(SYS_dup2, console, stream);
  mount("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  mount("tmpfs", "/run", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  sys(SYS_mkdir, "/run/agent", 0700);
  sys(SYS_chown, "/run/agent", AGENT_ID, AGENT_ID);
  load("/modules/virtio_mmio.ko.xz");
  load("/modules/nsm.ko.xz");
  load("/modules/vsock.ko.xz");
  load("/modules/vmw_vsock_virtio_transport_common.ko.xz");
  load("/modules/vmw_vsock_virtio_transport.ko.xz");

  start(heartbeat);
  long nsm = start(relay_nsm);
  long channel = start(relay_channel);
  long agent = start(be_agent);
  long ended; /* also processes of connections whose parent is gone */
  do ended = sys(SYS_wait4, -1, NULL, 0, NULL);
  while (ended != nsm && ended != channel && ended != agent);
  say("init: a part ended, so does the enclave");
  sys(SYS_reboot, 0xfee1deadu, 672274793, 0x01234567, NULL);
  sys(SYS_exit, 1);
}
