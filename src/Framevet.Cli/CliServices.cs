using System.Collections;
using Framevet.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Cli;

/// <summary>The pipeline without a server: files of a run live in a folder that goes away with it.</summary>
internal sealed class CliServices : IAsyncDisposable
{
    // The sections that environment variables may set here, e.g. Tools__FfmpegPath; others belong to the server.
    private static readonly string[] Sections = ["Tools__", "MediaLimits__", "Models__", "Inference__", "Moderation__"];

    // One user and one file at a time: a crash of the decoder ends nobody else's work.
    private static readonly KeyValuePair<string, string?>[] Defaults = [KeyValuePair.Create("Tools:Engine", (string?)"Library"), KeyValuePair.Create("Models:Folder", (string?)ModelsFolder)];

    // A program that is started anywhere keeps what it pulls in one place of its user; who has no home keeps it where he is.
    private static string ModelsFolder => Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } home ? Path.Combine(home, "framevet", "models") : "models";

    private readonly ServiceProvider _services;
    private readonly string _folder = Directory.CreateTempSubdirectory("framevet-").FullName;

    /// <summary>Builds the pipeline and checks its options.</summary>
    /// <exception cref="VettingException">InvalidRequest when an environment variable sets something that cannot be.</exception>
    public CliServices()
    {
        var settings = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value))
            .Where(e => Sections.Any(s => e.Key.StartsWith(s, StringComparison.OrdinalIgnoreCase)))
            .Select(e => KeyValuePair.Create(e.Key.Replace("__", ":", StringComparison.Ordinal), e.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Defaults).AddInMemoryCollection([.. settings, KeyValuePair.Create("Storage:Root", (string?)_folder)]).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFramevetPipeline(configuration);
        _services = services.BuildServiceProvider();
        try
        {
            _services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            Directory.Delete(_folder, recursive: true);
            throw new VettingException(FailureCode.InvalidRequest, $"An environment variable sets something that cannot be: {wrong.Message}", null, wrong);
        }
    }

    /// <summary>One service of the pipeline.</summary>
    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
