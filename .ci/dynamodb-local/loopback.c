/* DynamoDB Local has no option for the address it listens on, and takes all of them. Preloaded, this
   turns "all addresses" into loopback, so that a test machine serves nobody else. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*bind_function)(int, const struct sockaddr *, socklen_t);

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  bind_function real_bind = (bind_function)dlsym(RTLD_NEXT, "bind");
  if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) {
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      return real_bind(fd, (struct sockaddr *)&v4, sizeof v4);
    }
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) {
      /* Java's sockets take both protocols: the mapped form is what IPv4 clients reach. */
      inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
      return real_bind(fd, (struct sockaddr *)&v6, sizeof v6);
    }
  }
  return real_bind(fd, address, length);
}
