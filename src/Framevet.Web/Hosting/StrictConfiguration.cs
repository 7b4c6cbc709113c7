using System.Collections;
using System.ComponentModel.DataAnnotations;
using Framevet.Data;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Ingest.Watch;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.Pipeline.Webhooks;
using Microsoft.Extensions.Configuration.Json;

namespace Framevet.Web.Hosting;

/// <summary>Reads the configuration so that a misspelt key or an impossible value stops the start.</summary>
internal static class StrictConfiguration
{
    /// <summary>Sections that may stand in a settings file: ours, and the framework's.</summary>
    private static readonly string[] KnownSections =
    [
        FramevetOptions.Section, DataOptions.Section, RunOptions.Section, FanOutOptions.Section, StorageOptions.Section, ModelsOptions.Section, ToolOptions.Section, MediaLimits.Section, InferenceOptions.Section, ModerationOptions.Section, WebhookOptions.Section,
        OutboundOptions.Section, UploadOptions.Section, LinksOptions.Section, WatchOptions.Section, Telemetry.TelemetryOptions.Section,
        "AllowedHosts", "ConnectionStrings", "DetailedErrors", "HostFilteringOptions", "Kestrel", "Logging", "Urls",
    ];

    /// <summary>The options of the server itself.</summary>
    /// <exception cref="ConfigurationException">Unknown key, unreadable or impossible value.</exception>
    public static FramevetOptions Read(IConfiguration configuration)
    {
        CheckSections(configuration);
        try
        {
            var options = configuration.GetSection(FramevetOptions.Section).Get<FramevetOptions>(o => o.ErrorOnUnknownConfiguration = true) ?? new FramevetOptions();
            Validate(options, FramevetOptions.Section);
            return options;
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"section {FramevetOptions.Section}: {e.Message}", e);
        }
    }

    /// <summary>Where the database is, for what has to be known before there are services.</summary>
    /// <exception cref="ConfigurationException">Unknown key, unreadable or impossible value.</exception>
    public static DataOptions ReadData(IConfiguration configuration)
    {
        try
        {
            var options = configuration.GetSection(DataOptions.Section).Get<DataOptions>(o => o.ErrorOnUnknownConfiguration = true) ?? new DataOptions();
            Validate(options, DataOptions.Section);
            return options;
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"section {DataOptions.Section}: {e.Message}{(e.InnerException is { } inner ? $" ({inner.Message})" : "")}", e);
        }
    }

    /// <summary>Environment variables bring many foreign keys; a file is ours alone.</summary>
    private static void CheckSections(IConfiguration configuration)
    {
        foreach (var file in ((IConfigurationRoot)configuration).Providers.OfType<JsonConfigurationProvider>())
        {
            if (file.GetChildKeys([], null).Distinct().FirstOrDefault(key => !KnownSections.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            {
                throw new ConfigurationException($"{file.Source.Path}: there is no section '{unknown}'; there are: {string.Join(", ", KnownSections)}.");
            }
        }
    }

    private static void Validate(object options, string path)
    {
        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true))
        {
            throw new ConfigurationException(string.Join(" ", faults.Select(f => $"{path}:{string.Join(",", f.MemberNames)}: {f.ErrorMessage}")));
        }

        foreach (var property in options.GetType().GetProperties())
        {
            if (property.GetValue(options) is { } value && property.PropertyType.Namespace!.StartsWith("Framevet.", StringComparison.Ordinal) && value is not IEnumerable)
            {
                Validate(value, $"{path}:{property.Name}");
            }
        }
    }
}
