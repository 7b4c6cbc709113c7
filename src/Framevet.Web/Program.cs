using Framevet.Web;
using Framevet.Web.Hosting;
using Microsoft.Extensions.Options;

try
{
    if (AuditCommand.IsMeant(args))
    {
        return await AuditCommand.RunAsync(args);
    }

    if (AdminCommand.IsMeant(args))
    {
        return await AdminCommand.RunAsync(args[1..]);
    }

    var builder = WebApplication.CreateBuilder(args);
    builder.AddFramevetWeb();
    var app = builder.Build();
    app.UseFramevetWeb();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is ConfigurationException or OptionsValidationException or Framevet.Pipeline.VettingException)
{
    // A wish of the operator that cannot be met needs a sentence, not a stack trace.
    ConsoleNotice.Failure(e.Message);
    return 1;
}

/// <summary>The entry point, named so that tests can start the server in process.</summary>
public partial class Program;
