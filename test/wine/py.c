/*
 * py -3 [-c …] for tests under Wine, which has no Python: answers as the launcher of PEP 397 does when it is asked for
 * its interpreter, with python\python.exe beside itself. Any other version is not installed: it ends with 103.
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>

int main(int argc, char **argv) {
  char path[MAX_PATH];
  if (argc < 2 || strcmp(argv[1], "-3")) {
    fputs("No suitable Python runtime found\n", stderr);
    return 103;
  }
  GetModuleFileNameA(NULL, path, sizeof path);
  *strrchr(path, '\\') = 0;
  printf("%s\\python\\python.exe\n", path);
  return 0;
}
