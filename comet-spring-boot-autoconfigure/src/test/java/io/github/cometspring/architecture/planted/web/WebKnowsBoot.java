package io.github.cometspring.architecture.planted.web;

import org.springframework.boot.SpringApplication;

/**
 * Imports Spring Boot.
 */
public class WebKnowsBoot {

	final SpringApplication known = new SpringApplication();

}
