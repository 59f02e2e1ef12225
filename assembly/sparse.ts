// sparse
