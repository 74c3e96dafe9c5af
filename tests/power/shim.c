/*
 * What a program does to a disk, in order: loaded before the C library (LD_PRELOAD), it writes down every change to a file
 * below one folder, every request to make such a change last, and every line said on standard output, in one log. From
 * that log the tests in tests/it/power make the disk as it may be found after the power went at any moment.
 *
 *   BARNRAISER_TEST_POWER_ROOT  the folder, an absolute path without symbolic links
 *   BARNRAISER_TEST_POWER_LOG   the log, outside that folder
 *
 * Every call is done and written down under one lock, so that the log's order is the order in which things happened: an
 * answer that stands behind a commit's fsync was really said after it.
 *
 * What it cannot see: changes through a shared, writable mapping (it notes that there is one, and the tests allow it for
 * SQLite's -shm alone, which no power cut keeps), io_uring, and system calls made without the C library. That nothing of the
 * kind happens is shown by the log itself: played to its end it must give the real files, byte for byte.
 *
 * A record is a head of four 64-bit numbers (what, inode, offset, length of the body) and its body.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum what {
    SAID = 1,     /* body: what was written to standard output */
    CREATED = 2,  /* body: the path of a new, empty file */
    WRITTEN = 3,  /* body: the bytes, at offset */
    RESIZED = 4,  /* the file's new length is offset */
    SYNCED = 5,   /* the file's content was made to last */
    FOLDER_SYNCED = 6, /* body: the path of a folder whose names were made to last */
    RENAMED = 7,  /* body: the old path, a zero byte, the new path */
    UNLINKED = 8, /* body: the path */
    MADE = 9,     /* body: the path of a new folder */
    MAPPED = 10,  /* body: the path of a file mapped shared and writable */
    STRANGE = 11  /* body: a call on a file below the folder that this log has no word for */
};

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;

/* The C library's own function of a name. */
#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("BARNRAISER_TEST_POWER_ROOT");
    const char *log = getenv("BARNRAISER_TEST_POWER_LOG");
    if (!folder || !log || strlen(folder) >= sizeof root) return;
    strcpy(root, folder);
    root_length = strlen(root);
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) abort();
}

/* Straight to the kernel, so that the log is not in the log. */
static void put(const void *bytes, size_t length) {
    const char *from = bytes;
    while (length > 0) {
        long done = syscall(SYS_write, log_fd, from, length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) abort(); /* A log with a hole would prove nothing. */
        from += done;
        length -= (size_t)done;
    }
}

static void note(enum what what, uint64_t inode, uint64_t offset, const void *body, size_t length) {
    uint64_t head[4] = {what, inode, offset, length};
    put(head, sizeof head);
    put(body, length);
}

static void lock(void) { pthread_mutex_lock(&one_at_a_time); }

/* The caller of a wrapped function reads errno, and must read that function's. */
static void unlock(void) {
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
}

static int below_root(const char *path) {
    return log_fd >= 0 && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

/* The path of an open file below the folder, and what it is; 0 for any other. */
static int known(int fd, char path[PATH_MAX], struct stat *is) {
    if (log_fd < 0 || fd < 0) return 0;
    int kept = errno;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    int found = 0;
    if (length > 0) {
        path[length] = 0;
        found = below_root(path) && fstat(fd, is) == 0;
    }
    errno = kept;
    return found;
}

/* A path as it reads from the root of the file system; 0 if it is not below the folder. */
static int absolute(int at, const char *path, char whole[PATH_MAX]) {
    if (log_fd < 0 || !path) return 0;
    int kept = errno;
    int length;
    if (path[0] == '/') {
        length = snprintf(whole, PATH_MAX, "%s", path);
    } else {
        char folder[PATH_MAX] = "";
        if (at == AT_FDCWD) {
            if (!getcwd(folder, sizeof folder)) folder[0] = 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
            ssize_t got = readlink(link, folder, sizeof folder - 1);
            folder[got > 0 ? got : 0] = 0;
        }
        length = snprintf(whole, PATH_MAX, "%.2000s/%.2000s", folder, path);
    }
    errno = kept;
    return length > 0 && length < PATH_MAX && below_root(whole);
}

static void strange(const char *call, const char *path) {
    char body[PATH_MAX + 64];
    int length = snprintf(body, sizeof body, "%s %s", call, path);
    note(STRANGE, 0, 0, body, (size_t)length);
}

/* --- opening ------------------------------------------------------------------------------------------------------- */

static int opened(int at, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    if (!absolute(at, path, whole)) return (int)REAL(openat)(at, path, flags, mode);
    lock();
    struct stat before;
    int was_there = stat(whole, &before) == 0;
    int fd = (int)REAL(openat)(at, path, flags, mode);
    struct stat is;
    if (fd >= 0 && fstat(fd, &is) == 0) {
        if ((flags & O_TMPFILE) == O_TMPFILE) strange("open(O_TMPFILE)", whole);
        else if (!was_there) note(CREATED, is.st_ino, 0, whole, strlen(whole));
        else if (flags & O_TRUNC) note(RESIZED, is.st_ino, 0, "", 0);
    }
    unlock();
    return fd;
}

#define MODE                                     \
    mode_t mode = 0;                             \
    if (flags & (O_CREAT | __O_TMPFILE)) {       \
        va_list more;                            \
        va_start(more, flags);                   \
        mode = va_arg(more, mode_t);             \
        va_end(more);                            \
    }

int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return opened(at, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* --- writing ------------------------------------------------------------------------------------------------------- */

/* After a write of `done` bytes from `pieces`: at `offset`, or (-1) where the file's position now ends. */
static void wrote(int fd, const struct iovec *pieces, int count, ssize_t done, off_t offset) {
    char path[PATH_MAX];
    struct stat is;
    if (done <= 0) return;
    int kept = errno;
    uint64_t inode = 0, at = 0;
    enum what what = SAID;
    if (fd != STDOUT_FILENO || log_fd < 0) {
        if (!known(fd, path, &is)) return;
        what = WRITTEN;
        inode = is.st_ino;
        at = (uint64_t)(offset >= 0 ? offset : lseek(fd, 0, SEEK_CUR) - done);
    }
    uint64_t head[4] = {what, inode, at, (uint64_t)done};
    put(head, sizeof head);
    size_t left = (size_t)done;
    for (int i = 0; i < count && left > 0; i++) {
        size_t part = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        put(pieces[i].iov_base, part);
        left -= part;
    }
    errno = kept;
}

ssize_t write(int fd, const void *from, size_t length) {
    lock();
    ssize_t done = REAL(write)(fd, from, length);
    struct iovec piece = {(void *)from, length};
    wrote(fd, &piece, 1, done, -1);
    unlock();
    return done;
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    lock();
    ssize_t done = REAL(writev)(fd, pieces, count);
    wrote(fd, pieces, count, done, -1);
    unlock();
    return done;
}

static ssize_t write_at(int fd, const struct iovec *pieces, int count, off_t offset) {
    lock();
    ssize_t done = REAL(pwritev)(fd, pieces, count, offset);
    wrote(fd, pieces, count, done, offset);
    unlock();
    return done;
}

ssize_t pwrite(int fd, const void *from, size_t length, off_t offset) {
    struct iovec piece = {(void *)from, length};
    return write_at(fd, &piece, 1, offset);
}
ssize_t pwrite64(int fd, const void *from, size_t length, off_t offset) { return pwrite(fd, from, length, offset); }
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) { return write_at(fd, pieces, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off_t offset) { return write_at(fd, pieces, count, offset); }

static void resized(int fd, off_t length) {
    char path[PATH_MAX];
    struct stat is;
    if (known(fd, path, &is)) note(RESIZED, is.st_ino, (uint64_t)length, "", 0);
}

int ftruncate(int fd, off_t length) {
    lock();
    int done = REAL(ftruncate)(fd, length);
    if (done == 0) resized(fd, length);
    unlock();
    return done;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

int truncate(const char *path, off_t length) {
    char whole[PATH_MAX];
    struct stat is;
    lock();
    int done = REAL(truncate)(path, length);
    if (done == 0 && absolute(AT_FDCWD, path, whole) && stat(whole, &is) == 0)
        note(RESIZED, is.st_ino, (uint64_t)length, "", 0);
    unlock();
    return done;
}
int truncate64(const char *path, off_t length) { return truncate(path, length); }

/* A file that grows by this has zeros there, as if its length had been set. */
int posix_fallocate(int fd, off_t offset, off_t length) {
    lock();
    int done = REAL(posix_fallocate)(fd, offset, length);
    char path[PATH_MAX];
    struct stat is;
    if (done == 0 && known(fd, path, &is)) note(RESIZED, is.st_ino, (uint64_t)is.st_size, "", 0);
    unlock();
    return done;
}
int posix_fallocate64(int fd, off_t offset, off_t length) { return posix_fallocate(fd, offset, length); }

int fallocate(int fd, int how, off_t offset, off_t length) {
    char path[PATH_MAX];
    struct stat is;
    lock();
    int done = REAL(fallocate)(fd, how, offset, length);
    if (done == 0 && known(fd, path, &is)) strange("fallocate", path);
    unlock();
    return done;
}
int fallocate64(int fd, int how, off_t offset, off_t length) { return fallocate(fd, how, offset, length); }

/* --- making it last ------------------------------------------------------------------------------------------------ */

static void synced(int fd) {
    char path[PATH_MAX];
    struct stat is;
    if (!known(fd, path, &is)) return;
    if (S_ISDIR(is.st_mode)) note(FOLDER_SYNCED, is.st_ino, 0, path, strlen(path));
    else note(SYNCED, is.st_ino, 0, "", 0);
}

int fsync(int fd) {
    lock();
    int done = REAL(fsync)(fd);
    if (done == 0) synced(fd);
    unlock();
    return done;
}

int fdatasync(int fd) {
    lock();
    int done = REAL(fdatasync)(fd);
    if (done == 0) synced(fd);
    unlock();
    return done;
}

/* --- names --------------------------------------------------------------------------------------------------------- */

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    char body[2 * PATH_MAX], target[PATH_MAX];
    lock();
    int ours = absolute(from_at, from, body), theirs = absolute(to_at, to, target);
    int done = (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (done == 0 && (ours || theirs)) {
        if (!ours || !theirs || flags) strange("rename", target);
        size_t length = strlen(body);
        strcpy(body + length + 1, target);
        if (ours && theirs) note(RENAMED, 0, 0, body, length + 1 + strlen(target));
    }
    unlock();
    return done;
}
int renameat(int from_at, const char *from, int to_at, const char *to) { return renameat2(from_at, from, to_at, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int at, const char *path, int flags) {
    char whole[PATH_MAX];
    lock();
    int ours = absolute(at, path, whole);
    int done = REAL(unlinkat)(at, path, flags);
    if (done == 0 && ours) note(UNLINKED, 0, 0, whole, strlen(whole));
    unlock();
    return done;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int at, const char *path, mode_t mode) {
    char whole[PATH_MAX];
    lock();
    int ours = absolute(at, path, whole);
    int done = REAL(mkdirat)(at, path, mode);
    if (done == 0 && ours) note(MADE, 0, 0, whole, strlen(whole));
    unlock();
    return done;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    char whole[PATH_MAX];
    lock();
    int done = REAL(linkat)(from_at, from, to_at, to, flags);
    if (done == 0 && absolute(to_at, to, whole)) strange("link", whole);
    unlock();
    return done;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

/* --- ways past it -------------------------------------------------------------------------------------------------- */

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    char path[PATH_MAX];
    struct stat is;
    if ((flags & MAP_SHARED) && (protection & PROT_WRITE) && known(fd, path, &is)) {
        lock();
        note(MAPPED, is.st_ino, 0, path, strlen(path));
        unlock();
    }
    return (void *)syscall(SYS_mmap, at, length, protection, flags, fd, offset);
}
void *mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    return mmap(at, length, protection, flags, fd, offset);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    char path[PATH_MAX];
    struct stat is;
    ssize_t done = REAL(copy_file_range)(from, from_at, to, to_at, length, flags);
    if (done > 0 && known(to, path, &is)) {
        lock();
        strange("copy_file_range", path);
        unlock();
    }
    return done;
}
