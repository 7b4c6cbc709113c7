using System.Collections.Immutable;
using System.CommandLine;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet score FILE…</c>: numbers for frames, without moderation, pictures, picks or a store. Rows are written as they come.</summary>
internal static class ScoreCommand
{
    // What is a number of the picture alone, without a model or a second picture size.
    private static readonly string[] Classical =
        ["sharpness", "tenengrad", "edge-strength", "contrast", "brightness", "entropy", "colorfulness", "noise", "clipping", "motion", "quality"];

    private static readonly Argument<string[]> Paths = new("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Files, or folders whose media files are meant." };
    private static readonly Option<string> Sampler = new("--sampler") { HelpName = "ID", Description = "Which frames are scored (see 'framevet parts').", DefaultValueFactory = _ => "interval" };
    private static readonly Option<double?> Every = new("--every") { HelpName = "SECONDS", Description = "One frame per so many seconds; 0 = every frame." };
    private static readonly Option<string[]> Set = new("--set") { HelpName = "OPTION=VALUE", Description = "An option of the sampler, e.g. --set seconds=2." };
    private static readonly Option<string?> Scenes = new("--scenes") { HelpName = "ID", Description = "Scene detector; every frame is decoded then." };
    private static readonly Option<string[]> Metric = new("--metric") { HelpName = "ID", Description = "A metric; several times for several. Default: the classical ones. 'none' = fingerprints only." };
    private static readonly Option<int> Side = new("--side") { HelpName = "PIXELS", Description = "Long side of the picture that is scored; 0 = as large as the source.", DefaultValueFactory = _ => 320 };
    private static readonly Option<string?> Out = new("--out") { HelpName = "FILE", Description = "Write a row per frame there: .csv or .jsonl. Default: a summary on the screen." };

    public static Command Create()
    {
        var command = new Command("score", Examples.Below("Score frames: fast numbers, no moderation, no pictures, no picks.", """
            framevet score film.mp4 --out scores.csv
            framevet score film.mp4 --metric sharpness --metric niqe
            framevet score pictures/ --sampler image-folder
            """)) { Paths, Sampler, Every, Set, Scenes, Metric, Side, Out };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        await using var services = new CliServices();
        var recipe = RecipeOf(parsed, services.Catalog);
        MustHaveModels(services, recipe);
        var paths = parsed.GetValue(Paths)!;
        var isSource = paths.Any(Directory.Exists) && services.Catalog.Build<ISampler>(recipe.Sampler) is IOrdersFolder;
        using var table = ScoreTable.Open(parsed.GetValue(Out));
        var worst = ExitCode.Clean;
        foreach (var file in InputFiles.Find(paths, keepsFolders: isSource))
        {
            var result = file.Fault is { } fault ? Complain(fault, ExitCode.BadInput) : await ScoreAsync(services, parsed, file.Path, table, ct);
            worst = result > worst ? result : worst;
        }

        return (int)worst;
    }

    private static async Task<ExitCode> ScoreAsync(CliServices services, ParseResult parsed, string path, ScoreTable table, CancellationToken ct)
    {
        MediaInfo? media = null;
        try
        {
            // Looking at the file takes as long as everything that is built meanwhile.
            var recipe = RecipeOf(parsed, services.Catalog);
            var source = new SourceFile(path, LocalVetting.NameOf(path), Directory.Exists(path) ? 0 : new FileInfo(path).Length) { Sampler = recipe.Sampler };
            var probing = services.Media.Probe.ProbeAsync(source, ct);
            var building = Task.Run(() => services.Build(recipe), ct);
            media = await probing;
            var parts = await building;
            foreach (var (_, text) in parts.Notices.Where(n => n.Level == RunLogLevel.Warning))
            {
                await Console.Error.WriteLineAsync(text);
            }

            var scoring = new FrameScoring(services.Media.Frames, services.Media.Pool, parts);
            table.Begin(path, scoring.Columns);
            await scoring.RunAsync(media, recipe.AnalysisSide, table.Add, ct);
            table.Summarise(path, scoring);
            return table.Rows > 0 ? ExitCode.Clean : ExitCode.NothingScored;
        }
        catch (VettingException trouble)
        {
            return Complain(trouble.Message, ExitCodes.Of(trouble.Code, media is not null));
        }
    }

    // The services that know models take longer to build than a short clip takes to score.
    private static void MustHaveModels(CliServices services, Recipe recipe)
    {
        if (services.Catalog.MayNeedModels(recipe))
        {
            services.Get<ModelNeeds>().MustBeMet(recipe);
        }
    }

    // Gates, moderation and selection are not asked.
    private static Recipe RecipeOf(ParseResult parsed, PartCatalog catalog) => new()
    {
        Name = "score",
        Sampler = SamplerOf(parsed, catalog),
        Scenes = parsed.GetValue(Scenes) is { } scenes ? new PartSpec(scenes) : null,
        Metrics = [.. MetricsOf(parsed)],
        Gates = [],
        Moderation = new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty },
        Selector = new PartSpec("top"),
        Exporters = [],
        AnalysisSide = parsed.GetValue(Side) is var side and (0 or >= 16) ? side
            : throw new VettingException(FailureCode.InvalidRequest, $"--side takes 0 or at least 16, not {parsed.GetValue(Side)}."),
    };

    private static PartSpec SamplerOf(ParseResult parsed, PartCatalog catalog)
    {
        var spec = new PartSpec(parsed.GetValue(Sampler)!);
        if (parsed.GetValue(Every) is { } seconds)
        {
            var option = catalog.OptionOf(PartKind.Sampler, spec.Id, "every")
                ?? throw new VettingException(FailureCode.InvalidRequest, $"--every: sampler '{spec.Id}' has no such option (see 'framevet parts sampler {spec.Id}').");
            spec = spec.With(option, seconds);
        }

        foreach (var text in parsed.GetValue(Set) ?? [])
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, var value])
            {
                throw new VettingException(FailureCode.InvalidRequest, $"--set takes OPTION=VALUE, not '{text}'.");
            }

            spec = double.TryParse(value, Printing.Culture, out var number) ? spec.With(name, number) : bool.TryParse(value, out var flag) ? spec.With(name, flag) : spec.With(name, value);
        }

        return spec;
    }

    private static IEnumerable<PartSpec> MetricsOf(ParseResult parsed) => parsed.GetValue(Metric) is { Length: > 0 } ids
        ? ids.SelectMany(i => i.Split(',')).Where(i => i != "none").Distinct().Select(i => new PartSpec(i))
        : Classical.Select(i => new PartSpec(i));

    private static ExitCode Complain(string sentence, ExitCode code)
    {
        Console.Error.WriteLine(sentence);
        return code;
    }
}
