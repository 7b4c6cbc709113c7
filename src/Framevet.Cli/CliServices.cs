using System.Collections;
using Framevet.Pipeline;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Cli;

/// <summary>
/// The pipeline without a server: files of a run live in a folder that goes away with it. What scoring needs is put together by hand where no environment
/// variable changes an option; the container is built for the first who asks for anything else.
/// </summary>
internal sealed class CliServices : IServiceProvider, IAsyncDisposable
{
    // The sections that environment variables may set here, e.g. Tools__FfmpegPath; others belong to the server.
    private static readonly string[] Sections = ["Tools__", "MediaLimits__", "Models__", "Inference__", "Moderation__", "Links__", "Outbound__"];

    // One user and one file at a time: a crash of the decoder ends nobody else's work.
    private const DecodeEngine Engine = DecodeEngine.Library;

    // A program that is started anywhere keeps what it pulls in one place of its user; who has no home keeps it where he is.
    private static string ModelsFolder => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } home ? Path.Combine(home, "framevet", "models") : "models";

    private readonly Dictionary<string, string?> _settings = Settings();
    private readonly Lazy<ServiceProvider> _all;
    private readonly Lazy<PartCatalog> _catalog;
    private readonly Lazy<MediaKit> _media;
    private string? _folder;

    /// <summary>Checks the options, where any is set.</summary>
    /// <exception cref="VettingException">InvalidRequest when an environment variable sets something that cannot be.</exception>
    public CliServices()
    {
        _all = new Lazy<ServiceProvider>(BuildAll);
        var isBare = _settings.Count == 0;
        _catalog = new Lazy<PartCatalog>(() => isBare ? new PartCatalog(this) : Get<PartCatalog>());
        _media = new Lazy<MediaKit>(() => isBare ? new MediaKit(new FramePool(), new ToolOptions { Engine = Engine }, new MediaLimits(), _catalog.Value, TimeProvider.System) : Get<MediaKit>());
        if (!isBare)
        {
            _ = _all.Value;
        }
    }

    /// <summary>Probe and decoder.</summary>
    public MediaKit Media => _media.Value;

    /// <summary>The parts there are.</summary>
    public PartCatalog Catalog => _catalog.Value;

    /// <summary>The parts of a recipe, without a container unless a part wants one.</summary>
    /// <exception cref="VettingException">InvalidRequest for a recipe that does not fit the catalogue.</exception>
    public RunParts Build(Recipe recipe) => RunParts.From(recipe, Catalog, TimeProvider.System);

    /// <summary>One service of the pipeline.</summary>
    public T Get<T>()
        where T : notnull => _all.Value.GetRequiredService<T>();

    /// <inheritdoc/>
    public object? GetService(Type serviceType) =>
        // Whoever builds a part asks first which services are known; without an answer he asks for those that he wants, and most parts want none.
        serviceType == typeof(IServiceProviderIsService) && !_all.IsValueCreated ? null : _all.Value.GetService(serviceType);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_all.IsValueCreated)
        {
            await _all.Value.DisposeAsync();
        }

        Discard();
    }

    private static Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (Array.Exists(Sections, s => name.StartsWith(s, StringComparison.OrdinalIgnoreCase)))
            {
                settings[name.Replace("__", ":", StringComparison.Ordinal)] = (string?)variable.Value;
            }
        }

        return settings;
    }

    private ServiceProvider BuildAll()
    {
        _folder = Directory.CreateTempSubdirectory("framevet-").FullName;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Tools:Engine", (string?)Engine.ToString()), KeyValuePair.Create("Models:Folder", (string?)ModelsFolder)])
            .AddInMemoryCollection(_settings)
            .AddInMemoryCollection([KeyValuePair.Create("Storage:Root", (string?)_folder)])
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFramevetPipeline(configuration);
        var all = services.BuildServiceProvider();
        try
        {
            all.GetRequiredService<IStartupValidator>().Validate();
            return all;
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            all.Dispose();
            Discard();
            throw new VettingException(FailureCode.InvalidRequest, $"An environment variable sets something that cannot be: {wrong.Message}", null, wrong);
        }
    }

    private void Discard()
    {
        if (_folder is { } folder)
        {
            _folder = null;
            Directory.Delete(folder, recursive: true);
        }
    }
}
