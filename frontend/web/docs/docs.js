/*
 * Starts Swagger UI on the document of the service that served this page.
 * Nothing is asked of any other host: no validator, no fonts, no telemetry.
 */
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
