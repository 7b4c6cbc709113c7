using Framevet.Pipeline.Telemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Framevet.Web.Telemetry;

/// <summary>Metrics, traces and the form of log lines.</summary>
internal static class TelemetryServices
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(TelemetryOptions.Section);
        var services = builder.Services;
        services.AddOptions<TelemetryOptions>().Bind(section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ServerGauges>();
        var options = section.Get<TelemetryOptions>() ?? new TelemetryOptions();
        if (options.JsonLogs)
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddJsonConsole(o => (o.IncludeScopes, o.UseUtcTimestamp, o.TimestampFormat) = (true, true, "O"));
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => r.AddService("framevet"));
        if (options.Metrics != MetricsAccess.Off)
        {
            telemetry.WithMetrics(m => m.AddMeter(PipelineMeter.Name, ServerGauges.MeterName).AddPrometheusExporter());
        }

        if (options.OtlpEndpoint is { } address)
        {
            telemetry.WithTracing(t => t.AddSource(RunTrace.Name).AddOtlpExporter(o => (o.Protocol, o.Endpoint) = (OtlpExportProtocol.HttpProtobuf, TracesAt(new Uri(address)))));
        }
    }

    public static void UseMetricsDoor(this WebApplication app) => app.UseWhen(http => http.Request.Path == MetricsDoor.Path, b => b.UseMiddleware<MetricsDoor>());

    /// <summary>Anonymous to the server's sign-in; <see cref="MetricsDoor"/> decides.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        if (app.Services.GetService<MeterProvider>() is not null)
        {
            app.MapPrometheusScrapingEndpoint(MetricsDoor.Path).AllowAnonymous();
        }
    }

    // A bare address means the usual path.
    private static Uri TracesAt(Uri address) => address.AbsolutePath == "/" ? new Uri(address, "/v1/traces") : address;
}
