/* Arguments, environment, standard input, standard error and the exit code, each passed through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *greeting = getenv("GREETING");
    printf("%d arguments, GREETING=%s\n", argc - 1, greeting == NULL ? "unset" : greeting);
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    char line[256];
    int lines = 0;
    while (fgets(line, sizeof line, stdin) != NULL)
        printf("line %d has %d characters\n", ++lines, (int)strcspn(line, "\n"));
    fprintf(stderr, "this goes to standard error\n");
    return argc > 1 ? atoi(argv[1]) : 0;
}
