using System.Collections.Concurrent;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tests.Flow;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Segments;

/// <summary>The real flow with several workers in one process: each has a name of its own and takes segments from one store.</summary>
internal sealed class SharedRig : IAsyncDisposable, ISegmentCrew
{
    private readonly ConcurrentBag<Task> _helping = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly int _helpers;
    private int _called;

    public SharedRig(double partSeconds, int helpers = 2, DecodeEngine engine = DecodeEngine.Pipe)
    {
        _helpers = helpers;
        Segments = null!;
        Rig = new FlowRig(isReal: true, change: services => services
            .AddSingleton<ISegmentCrew>(this)
            .AddSingleton<ISegmentStore>(sp => Segments = new MemorySegmentStore(sp.GetRequiredService<IRunStore>(), TimeProvider.System))
            .AddSingleton(sp => Options.Create(new FanOutOptions { MinMinutes = 0.01, PartMinutes = partSeconds / 60, MinHelpers = 0 }))
            .AddSingleton(Options.Create(new ToolOptions { Engine = engine }))
            .AddSingleton<SegmentScan>()
            .AddSingleton<SegmentMeasuring>()
            .AddSingleton(sp => Worker(sp, new WorkNode("owner", TimeSpan.FromSeconds(30), false)))
            .AddSingleton(sp => new FanOut(sp.GetRequiredService<ISegmentStore>(), this, sp.GetRequiredService<SegmentWorker>(), sp.GetRequiredService<SegmentScan>(), sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<BuildParts>(),
                sp.GetRequiredService<FramePool>(), sp.GetRequiredService<IOptions<FanOutOptions>>(), TimeProvider.System)));
    }

    public FlowRig Rig { get; }

    public MemorySegmentStore Segments { get; private set; }

    public string Version => "1";

    /// <summary>What a segment of a run is measured in between; for tests that disturb.</summary>
    public Func<SegmentWorker, RunId, CancellationToken, Task>? Help { get; set; }

    public Task<int> HelpersAsync(RunId run, CancellationToken ct) => Task.FromResult(_helpers);

    public Task CallAsync(RunId run, int priority, int waiting, CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _called, 1) == 0)
        {
            for (var i = 0; i < _helpers; i++)
            {
                var worker = Another($"helper-{i}");
                _helping.Add(Task.Run(() => Help is { } help ? help(worker, run, _stop.Token) : worker.HelpAsync(run, _ => Task.FromResult(true), _stop.Token), CancellationToken.None));
            }
        }

        return Task.CompletedTask;
    }

    public SegmentWorker Another(string name, TimeSpan? lease = null) => Worker(Rig.Get<IServiceProvider>(), new WorkNode(name, lease ?? TimeSpan.FromSeconds(30), false));

    /// <summary>Vets the file; its rows, thumbnails, scenes and counts as text.</summary>
    public async Task<(Run Run, string[] Rows, string Log)> VetAsync(string film, Recipe recipe, CancellationToken ct)
    {
        var run = await Rig.SubmitFileAsync(film, recipe, ct);
        (await Rig.Desk.WorkAsync(run.Id, ct)).ShouldBe(RunOutcome.Completed);
        return await OutcomeAsync(Rig, run.Id, ct);
    }

    public static async Task<(Run Run, string[] Rows, string Log)> OutcomeAsync(FlowRig rig, RunId id, CancellationToken ct)
    {
        var row = await rig.RunAsync(id);
        List<string> rows = [row.State.ToString(), row.Funnel.ToString(), string.Join(' ', await rig.Store.ScenesAsync(id, ct))];
        foreach (var frame in await rig.FramesAsync(id))
        {
            rows.Add($"{FrameRows.Text(frame)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(rig.Folder["blobs/" + frame.ThumbKey], ct)))}");
        }

        return (row, [.. rows], string.Join('\n', rig.Store.LogOf(id)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var helping in _helping)
        {
            await helping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Rig.DisposeAsync();
        _stop.Dispose();
    }

    private SegmentWorker Worker(IServiceProvider sp, WorkNode node) => new(sp.GetRequiredService<ISegmentStore>(), this, sp.GetRequiredService<SegmentMeasuring>(), sp.GetRequiredService<IRunStore>(),
        sp.GetRequiredService<IRunEvents>(), sp.GetRequiredService<IBlobStore>(), node, sp.GetRequiredService<DiskReserve>(), sp.GetRequiredService<IOptions<FanOutOptions>>(), TimeProvider.System,
        sp.GetRequiredService<ILogger<SegmentWorker>>());
}
