using System.Collections.Immutable;
using System.Security.Cryptography;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>The real desks, vetter, parts, policy and disk store on ports in memory; only the film, the clock and what a backend sees are scripted.</summary>
internal sealed class FlowRig : IAsyncDisposable
{
    public static readonly Actor Owner = new("u1", "Olga", Rights.Submit);
    public static readonly Actor Stranger = new("u2", "Stefan", Rights.Submit);
    public static readonly Actor Moderator = new("m1", "Mia", Rights.Review);
    public static readonly Actor Lead = new("l1", "Lena", Rights.Review | Rights.Lead);

    private readonly ServiceProvider _services;

    /// <param name="frames">Length of the scripted film.</param>
    /// <param name="sees">What the scripted backend sees.</param>
    /// <param name="change">Changes services before the pipeline adds its own.</param>
    /// <param name="isReal">Real files, ffmpeg and moderation instead of the scripted ones.</param>
    /// <param name="alter">Puts scripted parts in the place of the recipe's, fresh for each building.</param>
    public FlowRig(int frames = 40, Func<int, double?>? sees = null, Action<IServiceCollection>? change = null, bool isReal = false, Func<RunParts, RunParts>? alter = null)
    {
        Source = new ScriptedSource(Pool, frames);
        Backend = new ScriptedBackend(sees ?? (_ => null));
        Store = new MemoryRunStore(Clock);
        Reviews = new MemoryReviewQueue(Clock);
        Exports = new MemoryExportStore(Clock);

        // Decisions take effect at once, unless a test is about the time for taking them back.
        Settings = new FixedSettings(new VettingSettings { Recipes = [Recipe], DefaultRecipe = Recipe.Name, Review = new ReviewRules { UndoSeconds = 0 } });

        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<ILoggerFactory, LoggerFactory>();
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<IRunStore>(Store);
        services.AddSingleton<IReviewQueue>(Reviews);
        services.AddSingleton<IReviewLedger>(Ledger);
        services.AddSingleton<IExportStore>(Exports);
        services.AddSingleton<IRunQueue>(Queue);
        services.AddSingleton<IExportQueue>(Queue);
        services.AddSingleton<IRunEvents>(Events);
        services.AddSingleton<IAuditTrail>(Audit);
        services.AddSingleton<ISettingsStore>(Settings);
        services.AddSingleton<IBlobStore>(new DiskBlobStore(Folder["blobs"]));
        services.AddSingleton(Pool);
        if (!isReal)
        {
            services.AddSingleton<IMediaProbe>(Source);
            services.AddSingleton<IFrameSource>(Source);
        }

        services.AddSingleton<BuildExporter>(_ => Exporter);
        services.AddSingleton<BuildParts>(sp => recipe =>
        {
            var parts = RunParts.From(recipe, sp.GetRequiredService<PartCatalog>(), Clock, isReal ? sp.GetRequiredService<ClipModeration>() : null);
            parts = isReal ? parts : parts with { Moderator = new ModerationCascade([Backend], new ModerationPolicy(recipe.Moderation), TimeSpan.FromMinutes(1), TimeProvider.System) };
            return alter is null ? parts : alter(parts);
        });
        change?.Invoke(services);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Options).Build();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFramevetPipeline(configuration);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public FakeTimeProvider Clock { get; } = new();

    public TemporaryFolder Folder { get; } = new();

    public FramePool Pool { get; } = new();

    public ScriptedSource Source { get; }

    public ScriptedBackend Backend { get; }

    public MemoryRunStore Store { get; }

    public MemoryReviewQueue Reviews { get; }

    public MemoryReviewLedger Ledger { get; } = new();

    public MemoryExportStore Exports { get; }

    public RecordedQueue Queue { get; } = new();

    public RecordedEvents Events { get; } = new();

    public RecordedAudit Audit { get; } = new();

    public FixedSettings Settings { get; }

    public ScriptedExporter Exporter { get; } = new();

    public static Dictionary<string, string?> Options { get; } = new() { ["Runs:MaxAttempts"] = "3", ["Storage:ReservePercent"] = "0", ["Storage:ReserveMegabytes"] = "0" };

    public RunDesk Desk => _services.GetRequiredService<RunDesk>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public PartCatalog Catalog => _services.GetRequiredService<PartCatalog>();

    public FaceSearch Faces => _services.GetRequiredService<FaceSearch>();

    public ReviewDesk ReviewDesk => _services.GetRequiredService<ReviewDesk>();

    public RulingDesk Rulings => _services.GetRequiredService<RulingDesk>();

    public AppealDesk Appeals => _services.GetRequiredService<AppealDesk>();

    public QualityDesk Quality => _services.GetRequiredService<QualityDesk>();

    public ReviewCare Care => _services.GetRequiredService<ReviewCare>();

    public ExportDesk ExportDesk => _services.GetRequiredService<ExportDesk>();

    /// <summary>Every second frame, all scores, a floor that some frames miss, duplicates out, five picks.</summary>
    public static Recipe Recipe { get; } = new()
    {
        Name = "Test",
        Sampler = new PartSpec("interval").With("seconds", 0.2),
        Metrics = [new("sharpness"), new("edge-strength"), new("contrast"), new("brightness"), new("entropy"), new("motion"), new("quality")],
        Gates = [new PartSpec("duplicate"), new PartSpec("threshold").With("min", new Dictionary<string, double> { ["brightness"] = 20 })],
        Moderation = new ModerationRecipe
        {
            Backends = [],
            Bands = ImmutableSortedDictionary<string, LabelBand>.Empty.Add("nudity", new LabelBand(0.2, 0.8)),
        },
        Selector = new PartSpec("top").With("count", 5),
        Exporters = [new("zip")],
    };

    public async Task<Run> SubmitAsync(CancellationToken ct, string name = "clip.mp4", Actor? actor = null)
    {
        var path = Folder.Write(Path.GetRandomFileName(), RandomNumberGenerator.GetBytes(64));
        return await Desk.SubmitAsync(new SubmitRequest(path, name, null), actor ?? Owner, ct);
    }

    public async Task<Run> SubmitFileAsync(string file, Recipe recipe, CancellationToken ct)
    {
        var path = Folder[Path.GetRandomFileName()];
        File.Copy(file, path);
        return await Desk.SubmitAsync(new SubmitRequest(path, Path.GetFileName(file), recipe), Owner, ct);
    }

    public async Task<Run> RunAsync(RunId id) => (await Store.GetAsync(id, CancellationToken.None))!;

    public Task<ImmutableArray<Candidate>> FramesAsync(RunId id) => Store.CandidatesAsync(id, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Folder.Dispose();

        // Rule 3.1.5: whatever happened, every buffer is back.
        Pool.Outstanding.ShouldBe(0);
    }
}
