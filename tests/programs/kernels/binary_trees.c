/* malloc and free of many small nodes, and an unbalanced search tree with deletions. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *left, *right;
    uint32_t key;
};

static struct node *build(int depth, uint32_t key)
{
    struct node *node = malloc(sizeof *node);
    node->key = key;
    node->left = depth > 0 ? build(depth - 1, 2 * key) : NULL;
    node->right = depth > 0 ? build(depth - 1, 2 * key + 1) : NULL;
    return node;
}

static uint32_t check_and_free(struct node *node)
{
    if (node == NULL)
        return 0;
    uint32_t left = check_and_free(node->left), right = check_and_free(node->right);
    uint32_t sum = node->key + 3 * left + 5 * right;
    free(node);
    return sum;
}

static struct node **find(struct node **at, uint32_t key)
{
    while (*at != NULL && (*at)->key != key)
        at = key < (*at)->key ? &(*at)->left : &(*at)->right;
    return at;
}

static void erase(struct node **at)
{
    struct node *gone = *at;
    if (gone->left == NULL || gone->right == NULL) {
        *at = gone->left != NULL ? gone->left : gone->right;
    } else {
        struct node **next = &gone->right;
        while ((*next)->left != NULL)
            next = &(*next)->left;
        struct node *heir = *next;
        *next = heir->right;
        heir->left = gone->left;
        heir->right = gone->right;
        *at = heir;
    }
    free(gone);
}

int main(void)
{
    for (int depth = 4; depth <= 14; depth += 2)
        printf("depth %2d: %08x\n", depth, (unsigned)check_and_free(build(depth, 1)));

    struct node *root = NULL;
    uint32_t state = 1, inserted = 0, erased = 0;
    for (int i = 0; i < 30000; i++) {
        state = state * 1664525u + 1013904223u;
        struct node **at = find(&root, state >> 20);
        if (*at == NULL) {
            *at = calloc(1, sizeof **at);
            (*at)->key = state >> 20;
            inserted++;
        } else {
            erase(at);
            erased++;
        }
    }
    printf("inserted %u, erased %u, sum %08x\n", (unsigned)inserted, (unsigned)erased,
           (unsigned)check_and_free(root));
    return 0;
}
