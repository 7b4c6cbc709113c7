using BenchmarkDotNet.Running;
using Framevet.Benchmarks;
using Framevet.Benchmarks.Browsing;
using Framevet.Benchmarks.Cluster;
using Framevet.Benchmarks.Serving;

if (args is ["engine", ..])
{
    return EngineRunner.Run(args[1..]);
}

if (args is ["stages", ..])
{
    return StageRunner.Run(args[1..]);
}

if (args is ["allocation", ..])
{
    return await AllocationRunner.RunAsync();
}

if (args is ["stills", ..])
{
    return await StillsRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["models", ..])
{
    return await ModelRunner.RunAsync(args[1..]);
}

if (args is ["recall", ..])
{
    return await RecallRunner.RunAsync(args[1..]);
}

if (args is ["rescore", ..])
{
    return await RescoreRunner.RunAsync(args[1..]);
}

if (args is ["selection", ..])
{
    return await SelectionRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["presets", ..])
{
    return await PresetRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["serve", ..])
{
    return await ServeCommand.RunAsync(args[1..]);
}

if (args is ["circuits", ..])
{
    return await CircuitRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["scroll", ..])
{
    return await ScrollRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["cluster", ..])
{
    return await ClusterRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["cluster-parts", ..])
{
    return await ClusterParts.RunAsync(new Arguments(args[1..]));
}

if (args is ["fan-out", ..])
{
    return await FanOutRunner.RunAsync(new Arguments(args[1..]));
}

if (args is ["viewers", ..])
{
    return await ViewersRunner.RunAsync(new Arguments(args[1..]));
}

BenchmarkSwitcher.FromAssembly(typeof(EngineRunner).Assembly).Run(args);
return 0;
