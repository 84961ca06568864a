/* Many small trees, built, counted and given back: malloc, free and recursion. */
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *left, *right;
};

static struct node *grow(int depth)
{
    struct node *node = malloc(sizeof *node);
    if (node == NULL)
        exit(1);
    node->left = depth > 0 ? grow(depth - 1) : NULL;
    node->right = depth > 0 ? grow(depth - 1) : NULL;
    return node;
}

static int count(const struct node *node)
{
    return node == NULL ? 0 : 1 + count(node->left) + count(node->right);
}

static void fell(struct node *node)
{
    if (node == NULL)
        return;
    fell(node->left);
    fell(node->right);
    free(node);
}

int main(int argc, char **argv)
{
    int most = argc > 1 ? atoi(argv[1]) : 16;
    struct node *kept = grow(most);
    for (int depth = 4; depth <= most; depth += 4) {
        int trees = 1 << (most - depth + 4), nodes = 0;
        for (int i = 0; i < trees; i++) {
            struct node *tree = grow(depth);
            nodes += count(tree);
            fell(tree);
        }
        printf("%d trees of depth %d: %d\n", trees, depth, nodes);
    }
    printf("kept: %d\n", count(kept));
    fell(kept);
    return 0;
}
