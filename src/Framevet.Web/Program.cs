var builder = WebApplication.CreateBuilder(args);

// ./run starts the built, not published, app outside the Development environment; only there is this on by itself.
// In a published app the file it reads does not exist, and the call does nothing.
builder.WebHost.UseStaticWebAssets();

builder.Services.AddRazorComponents().AddInteractiveServerComponents();

var app = builder.Build();

app.MapStaticAssets();
app.MapGet("/healthz", () => "ok");

app.Run();

/// <summary>The entry point, named so that tests can start the server in process.</summary>
public partial class Program;
