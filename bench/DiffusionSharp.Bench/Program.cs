using BenchmarkDotNet.Running;
using DiffusionSharp.Bench;

// `kernels [--threads N] [--filter TEXT]` prints a table in seconds; anything else goes to BenchmarkDotNet.
if (args is ["kernels", .. var options]) return KernelTable.Run(options);
BenchmarkSwitcher.FromAssembly(typeof(KernelTable).Assembly).Run(args);
return 0;
